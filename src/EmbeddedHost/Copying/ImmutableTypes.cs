using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;

namespace Sluice.EmbeddedHost.Copying;

/// <summary>Types whose values never change after they were made, so that caller and grain can share them.</summary>
internal static class ImmutableTypes
{
    private static readonly FrozenSet<Type> Simple = new[]
    {
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan),
        typeof(DateOnly), typeof(TimeOnly), typeof(Int128), typeof(UInt128), typeof(Half), typeof(BigInteger),
        typeof(Uri), typeof(Version), typeof(CancellationToken), typeof(GrainId), typeof(GrainType), typeof(IdSpan),
    }.ToFrozenSet();

    /// <summary>Immutable if the types they are made of are.</summary>
    private static readonly FrozenSet<Type> Generic = new[]
    {
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(ReadOnlyMemory<>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>),
        typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(FrozenSet<>), typeof(FrozenDictionary<,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>),
        typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
        typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>),
    }.ToFrozenSet();

    public static bool Contains(Type type) =>
        type.IsPrimitive
        || type.IsEnum
        || Simple.Contains(type)
        || type.IsDefined(typeof(ImmutableAttribute), inherit: false)
        || type.IsAssignableTo(typeof(Task))
        || type.IsAssignableTo(typeof(Exception))
        || type.IsAssignableTo(typeof(Type))
        || type.IsAssignableTo(typeof(IGrainReference))
        || (type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
        || IsGenericOfImmutables(type);

    private static bool IsGenericOfImmutables(Type type)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            if (level.IsGenericType
                && Generic.Contains(level.GetGenericTypeDefinition())
                && level.GetGenericArguments().All(Contains))
            {
                return true;
            }
        }

        return false;
    }
}
