using Microsoft.Extensions.Options;
using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Policies;

namespace Sluice.Grains.Capacity;

/// <summary>Who decides in which domain.</summary>
/// <param name="policy">Where nothing else is set.</param>
/// <param name="options">What is set by domain.</param>
public sealed class DomainPolicies(IPolicy policy, IOptions<CapacityOptions> options)
{
    /// <summary>The policy of a domain; each call makes one, for its activation to keep.</summary>
    public IPolicy Of(string domain) => options.Value.Policies.TryGetValue(domain, out var name)
        ? Create(name, options.Value)
        : policy;

    /// <param name="name">One of <see cref="PolicyCatalog.Names"/>.</param>
    /// <param name="options">Its bounds.</param>
    public static IPolicy Create(string name, CapacityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return PolicyCatalog.Create(name, options.MaxOvertakes, options.MaxWait);
    }
}
