using System.Collections.Concurrent;
using System.Reflection;

namespace Sluice.EmbeddedHost.Copying;

/// <summary>Knows how values of each type cross a call: as they are, or as a copy.</summary>
internal sealed class Copiers
{
    private const BindingFlags AllInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly ConcurrentDictionary<Type, Copier?> _byType = new();
    private readonly Lock _building = new();
    private readonly Dictionary<Type, Copier?> _inBuilding = [];
    private int _depth;

    /// <summary>The copier of a parameter, result or member; null: its values are passed as they are.</summary>
    /// <exception cref="NotSupportedException">Values of the type cannot cross a call.</exception>
    public Copier? ForDeclared(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (ImmutableTypes.Contains(type))
        {
            return null;
        }

        var isOpen = type.IsAbstract && type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);
        if (type.IsInterface || isOpen || type == typeof(object))
        {
            return new RuntimeTypeCopier(this);
        }

        var copier = ForActual(type);
        return type.IsSealed ? copier : new RuntimeTypeCopier(this);
    }

    /// <summary>The copier of values that are of this very type; null: passed as they are.</summary>
    /// <exception cref="NotSupportedException">Values of the type cannot cross a call.</exception>
    public Copier? ForActual(Type type)
    {
        if (_byType.TryGetValue(type, out var known))
        {
            return known;
        }

        lock (_building)
        {
            return _inBuilding.TryGetValue(type, out known) ? known : BuildWhole(type);
        }
    }

    // A type may lead back to itself, so a copier is known here before it is whole; others see it when all are.
    private Copier? BuildWhole(Type type)
    {
        _depth++;
        try
        {
            var copier = Build(type);
            _inBuilding[type] = copier;
            if (_depth == 1)
            {
                foreach (var (built, itsCopier) in _inBuilding)
                {
                    _byType[built] = itsCopier;
                }
            }

            return copier;
        }
        finally
        {
            if (--_depth == 0)
            {
                _inBuilding.Clear();
            }
        }
    }

    private Copier? Build(Type type)
    {
        if (ImmutableTypes.Contains(type) || type == typeof(object))
        {
            return null;
        }

        if (type.IsSZArray)
        {
            return new ArrayCopier(type.GetElementType()!, this);
        }

        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (CollectionCopier(open) is { } collection)
        {
            return (Copier)collection.MakeGenericType(type.GetGenericArguments())
                .GetConstructor([typeof(Copiers)])!
                .Invoke(BindingFlags.DoNotWrapExceptions, null, [this], null);
        }

        if (IsTuple(open))
        {
            return BuildMembers(type, type.GetFields(AllInstance));
        }

        return type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
            ? BuildMembers(type, MembersCopier.NumberedFields(type))
            : throw new NotSupportedException(Refusal(type));
    }

    private static Type? CollectionCopier(Type? open) =>
        open == typeof(List<>) ? typeof(ListCopier<>)
        : open == typeof(HashSet<>) ? typeof(SetCopier<>)
        : open == typeof(Dictionary<,>) ? typeof(DictionaryCopier<,>)
        : null;

    private MembersCopier BuildMembers(Type type, IEnumerable<FieldInfo> fields)
    {
        var copier = new MembersCopier(type);
        _inBuilding[type] = copier;
        copier.Initialize(fields, this);
        return copier;
    }

    // Reached only where a part of it is not immutable.
    private static bool IsTuple(Type? open) =>
        open == typeof(KeyValuePair<,>)
        || open?.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true;

    private static string Refusal(Type type) =>
        type.IsAssignableTo(typeof(IGrainBase))
            ? $"{type.Name} is a grain; pass a reference to it"
            : $"values of {type} can neither be shared nor copied: mark the type [Immutable] if they never change, "
                + "or [GenerateSerializer] with an [Id] on each member";
}
