using System.Globalization;
using System.Reflection;
using System.Text;

namespace Sluice.Architecture.Tests;

/// <summary>
/// All that other versions and other services know of the contracts stands in one file, so that a change of it is seen
/// where changes are reviewed. What was in it stays: numbers, aliases and types are for good.
/// </summary>
public sealed class ContractsFileRules
{
    private static readonly string FilePath =
        Path.Combine(Repository.Root, "src", "Grains.Interfaces", "Contracts.txt");

    [Fact]
    public void The_contracts_are_as_the_file_says()
    {
        var actual = Write();
        if (File.ReadAllText(FilePath) != actual)
        {
            var proposed = Path.Combine(AppContext.BaseDirectory, "Contracts.txt");
            File.WriteAllText(proposed, actual);
            Assert.Fail(
                $"the contracts differ from {FilePath}; if that is meant, and only adds, copy {proposed} over it");
        }
    }

    private static string Write()
    {
        var text = new StringBuilder();
        foreach (var grain in Contracts.GrainInterfaces.OrderBy(Alias, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"grain {Alias(grain)}\n");
            foreach (var method in Contracts.Methods(grain).OrderBy(Alias, StringComparer.Ordinal))
            {
                var parameters = string.Join(", ", method.GetParameters().Select(one => Name(one.ParameterType)));
                text.Append(
                    CultureInfo.InvariantCulture, $"  {Alias(method)}({parameters}) -> {Name(method.ReturnType)}\n");
            }
        }

        foreach (var type in Contracts.Types.Except(Contracts.GrainInterfaces).OrderBy(Alias, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{(type.IsEnum ? "enum" : "record")} {Alias(type)}\n");
            if (type.IsEnum)
            {
                foreach (var value in Enum.GetValues(type))
                {
                    var number = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                    text.Append(CultureInfo.InvariantCulture, $"  {number} {value}\n");
                }

                continue;
            }

            foreach (var member in Contracts.NumberedMembers(type).OrderBy(Number))
            {
                text.Append(
                    CultureInfo.InvariantCulture, $"  {Number(member)} {member.Name}: {Name(TypeOf(member))}\n");
            }
        }

        return text.ToString();
    }

    private static string Alias(MemberInfo member) =>
        (string)Contracts.ValueOf(member, "AliasAttribute")!;

    private static uint Number(MemberInfo member) =>
        Convert.ToUInt32(Contracts.ValueOf(member, "IdAttribute"), CultureInfo.InvariantCulture);

    private static Type TypeOf(MemberInfo member) =>
        member is PropertyInfo property
            ? property.PropertyType
            : ((FieldInfo)member).FieldType;

    private static string Name(Type type)
    {
        if (Contracts.ValueOf(type, "AliasAttribute") is string alias)
        {
            return alias;
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<"
                + $"{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
