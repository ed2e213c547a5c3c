using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sluice.Testing;

/// <summary>Makes a value of any type of data with every member set, the same at each run.</summary>
public static class SampleValues
{
    private static readonly Dictionary<Type, object> Known = new()
    {
        [typeof(string)] = "text",
        [typeof(bool)] = true,
        [typeof(byte)] = (byte)7,
        [typeof(int)] = 42,
        [typeof(long)] = 1L << 40,
        [typeof(double)] = 0.5,
        [typeof(decimal)] = 1.25m,
        [typeof(Guid)] = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        [typeof(DateTimeOffset)] = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero),
        [typeof(TimeSpan)] = TimeSpan.FromSeconds(90),
        [typeof(ReadOnlyMemory<byte>)] = new ReadOnlyMemory<byte>([1, 2, 3]),
    };

    /// <param name="type">The type.</param>
    /// <param name="chosen">Values for types that not any value will do for; null: none.</param>
    public static object? Of(Type type, IReadOnlyDictionary<Type, object?>? chosen = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (chosen?.TryGetValue(type, out var own) is true)
        {
            return own;
        }

        if (Known.TryGetValue(type, out var known))
        {
            return known;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Last();
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Of(inner, chosen);
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            ? ArrayOf(type.GetGenericArguments()[0], chosen)
            : Filled(type, chosen);
    }

    /// <summary>
    /// Init and compiler-made setters can be called by reflection, and required members need no constructor.
    /// </summary>
    private static object Filled(Type type, IReadOnlyDictionary<Type, object?>? chosen)
    {
        var value = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            field.SetValue(value, Of(field.FieldType, chosen));
        }

        return value;
    }

    private static object ArrayOf(Type element, IReadOnlyDictionary<Type, object?>? chosen)
    {
        var items = Array.CreateInstance(element, 2);
        items.SetValue(Of(element, chosen), 0);
        items.SetValue(Of(element, chosen), 1);
        return typeof(ImmutableArray).GetMethods()
            .Single(method => method.Name == nameof(ImmutableArray.Create)
                && method.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(element).Invoke(null, [items])!;
    }
}
