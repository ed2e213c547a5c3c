using System.ComponentModel.DataAnnotations;
using Sluice.Scheduling.Placement;

namespace Sluice.Grains.Capacity;

/// <summary>A name of a policy that there is, or names by domain.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PolicyNameAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var wrong = value switch
        {
            IEnumerable<KeyValuePair<string, string>> byDomain => byDomain.Select(pair => pair.Value)
                .FirstOrDefault(name => !PolicyCatalog.Names.Contains(name)),
            string name when PolicyCatalog.Names.Contains(name) => null,
            _ => value?.ToString() ?? "",
        };
        return wrong is null
            ? ValidationResult.Success
            : new($"{validationContext.MemberName} must be {PolicyCatalog.Choice}, not '{wrong}'");
    }
}
