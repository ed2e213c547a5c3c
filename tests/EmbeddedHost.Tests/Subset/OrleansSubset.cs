using System.Collections.Immutable;
using System.Reflection;

namespace Sluice.EmbeddedHost.Tests.Subset;

/// <summary>Grain code compiles against our subset and against Orleans: whatever is public in ours is there, too.</summary>
public sealed class OrleansSubset
{
    private static readonly string[] Namespaces =
        ["Orleans", "Orleans.Runtime", "Orleans.Concurrency", "Orleans.Core", "Orleans.Storage"];

    /// <summary>Types of other assemblies of Orleans, so what is compared here cannot tell whether they fit.</summary>
    private static readonly ImmutableHashSet<string> ElsewhereInOrleans =
    [
        // Orleans.Core
        "IGrainState`1", "IGrainStorage", "InconsistentStateException", "KeepAliveAttribute",
        // Orleans.Runtime
        "IPersistentState`1", "PersistentStateAttribute",
        // Orleans.Serialization.Abstractions
        "AliasAttribute", "GenerateSerializerAttribute", "IdAttribute", "ImmutableAttribute",
        "ResponseTimeoutAttribute",
    ];

    private static readonly Lazy<IReadOnlyDictionary<string, ImmutableHashSet<string>>> Orleans =
        new(() => ReadFile(PathOfOrleans()));

    private static readonly Lazy<IReadOnlyDictionary<string, ImmutableHashSet<string>>> Ours =
        new(() => ReadFile(typeof(Grain).Assembly.Location));

    [Fact]
    public void Every_public_type_of_the_subset_is_one_of_Orleans()
    {
        var unknown = Ours.Value.Keys.Select(SimpleName).Where(name => Counterpart(name) is null).ToHashSet();

        Assert.Equal(ElsewhereInOrleans.Order(), unknown.Order());
    }

    [Fact]
    public void Every_public_member_of_the_subset_has_the_signature_that_it_has_in_Orleans()
    {
        var different = Ours.Value
            .Select(type => (Name: SimpleName(type.Key), Members: type.Value))
            .Where(type => Counterpart(type.Name) is not null)
            .SelectMany(type => type.Members.Except(Counterpart(type.Name)!).Select(member => $"{type.Name}: {member}"));

        Assert.Empty(different.Order());
    }

    private static ImmutableHashSet<string>? Counterpart(string simpleName) =>
        Namespaces.Select(one => Orleans.Value.GetValueOrDefault($"{one}.{simpleName}")).FirstOrDefault(one => one is not null);

    private static string SimpleName(string fullName) => fullName[(fullName.LastIndexOf('.') + 1)..];

    private static string PathOfOrleans() =>
        typeof(OrleansSubset).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "OrleansCoreAbstractions").Value!;

    private static IReadOnlyDictionary<string, ImmutableHashSet<string>> ReadFile(string path)
    {
        using var types = new MetadataTypes(path);
        return types.Read();
    }
}
