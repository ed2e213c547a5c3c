using System.Collections.Immutable;

namespace Sluice.Architecture.Tests;

/// <summary>What Orleans needs of everything that crosses a call, so that it can be renamed and can grow.</summary>
public sealed class ContractRules
{
    /// <summary>Types that the serializer of Orleans knows and that never change.</summary>
    private static readonly ImmutableHashSet<Type> KnownTypes =
    [
        typeof(Task), typeof(Task<>), typeof(Nullable<>), typeof(ImmutableArray<>), typeof(ReadOnlyMemory<>),
        typeof(string), typeof(bool), typeof(byte), typeof(int), typeof(long), typeof(double), typeof(decimal),
        typeof(Guid), typeof(DateTimeOffset), typeof(TimeSpan), typeof(CancellationToken),
    ];

    public static TheoryData<Type> GrainInterfaces => [.. Contracts.GrainInterfaces];

    public static TheoryData<Type> ContractTypes => [.. Contracts.Types];

    [Fact]
    public void There_are_contracts_to_check()
    {
        Assert.NotEmpty(Contracts.GrainInterfaces);
        Assert.NotEmpty(Contracts.Types);
    }

    [Theory, MemberData(nameof(GrainInterfaces))]
    public void A_grain_interface_and_its_methods_have_aliases(Type grainInterface)
    {
        Assert.NotNull(Contracts.ValueOf(grainInterface, "AliasAttribute"));

        var methods = Contracts.Methods(grainInterface).ToList();
        Assert.All(methods, method =>
            Assert.True(Contracts.Has(method, "AliasAttribute"), $"{method.Name} has no [Alias]"));
        AssertUnique(methods.Select(method => Contracts.ValueOf(method, "AliasAttribute")));
    }

    [Fact]
    public void Aliases_of_interfaces_and_types_are_lower_case_and_unique()
    {
        var aliases = Contracts.GrainInterfaces.Concat(Contracts.Types)
            .Select(type => (string)Contracts.ValueOf(type, "AliasAttribute")!)
            .ToList();

        AssertUnique(aliases);
        Assert.All(aliases, alias => Assert.Matches("^[a-z0-9]+([.-][a-z0-9]+)*$", alias));
    }

    [Theory, MemberData(nameof(ContractTypes))]
    public void A_contract_type_is_serializable_named_and_closed(Type type)
    {
        Assert.True(Contracts.Has(type, "GenerateSerializerAttribute"), "no [GenerateSerializer]");
        Assert.True(Contracts.Has(type, "AliasAttribute"), "no [Alias]");
        Assert.True(
            type.IsValueType || (type.IsSealed && type.GetMethod("<Clone>$") is not null), "not a sealed record");
        Assert.True(type.IsEnum || Contracts.Has(type, "ImmutableAttribute"), "no [Immutable]");
    }

    [Theory, MemberData(nameof(ContractTypes))]
    public void All_that_a_contract_type_stores_is_numbered_once(Type type)
    {
        if (type.IsEnum)
        {
            Assert.Equal("None", Enum.GetName(type, Enum.ToObject(type, 0)));
            return;
        }

        var numbered = Contracts.NumberedMembers(type).ToList();
        Assert.Empty(Contracts.StoredMembers(type).Except(numbered).Select(member => member.Name));
        Assert.Empty(numbered.Except(Contracts.StoredMembers(type)).Select(member => member.Name));
        AssertUnique(numbered.Select(member => Contracts.ValueOf(member, "IdAttribute")));
    }

    [Fact]
    public void What_contracts_are_made_of_is_known_to_the_serializer_and_never_changes() =>
        Assert.Empty(Contracts.ForeignTypes.Except(KnownTypes).Select(type => type.FullName));

    [Fact]
    public void Every_grain_class_has_a_lower_case_grain_type_of_its_own()
    {
        var classes = typeof(Grains.Jobs.JobGrain).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsSubclassOf(typeof(Grain)))
            .ToList();
        var grainTypes = classes.Select(type => (string?)Contracts.ValueOf(type, "GrainTypeAttribute")).ToList();

        Assert.NotEmpty(classes);
        Assert.All(grainTypes, grainType => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", grainType ?? ""));
        AssertUnique(grainTypes);
    }

    private static void AssertUnique(IEnumerable<object?> values) =>
        Assert.Empty(values.GroupBy(value => value).Where(same => same.Count() > 1).Select(same => same.Key));
}
