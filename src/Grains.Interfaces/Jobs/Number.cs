using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>
/// A JSON number that keeps its kind: what came as an integer goes out as one (<c>100</c>), what came with a fraction
/// or an exponent goes out with one (<c>3.0</c>, <c>0.53</c>).
/// </summary>
/// <param name="Value">Finite; integers up to 2^53 are exact.</param>
/// <param name="IsInteger">True: written without a fraction.</param>
[GenerateSerializer, Immutable, Alias("sluice.number")]
[JsonConverter(typeof(NumberJsonConverter))]
public readonly record struct Number([property: Id(0)] double Value, [property: Id(1)] bool IsInteger)
{
    /// <summary>An integer.</summary>
    public static Number Of(long value) => new(value, true);

    /// <summary>A number with a fraction.</summary>
    public static Number Of(double value) => new(value, false);

    /// <summary>The difference; an integer only if both are.</summary>
    public static Number operator -(Number left, Number right) =>
        new(left.Value - right.Value, left.IsInteger && right.IsInteger);

    /// <summary>The difference; an integer only if both are.</summary>
    public static Number Subtract(Number left, Number right) => left - right;

    /// <summary>As JSON writes it.</summary>
    public override string ToString() =>
        IsInteger ? Value.ToString("F0", CultureInfo.InvariantCulture)
        : Value == Math.Floor(Value) && Math.Abs(Value) < 1e15 ? Value.ToString("F1", CultureInfo.InvariantCulture)
        : Value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Reads and writes <see cref="Number"/> in its own form.</summary>
public sealed class NumberJsonConverter : JsonConverter<Number>
{
    /// <inheritdoc/>
    public override Number Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var isInteger = reader.TryGetInt64(out var integer);
        return isInteger ? Number.Of(integer) : Number.Of(reader.GetDouble());
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Number value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.IsInteger)
        {
            writer.WriteNumberValue((long)value.Value);
        }
        else if (value.Value == Math.Floor(value.Value) && Math.Abs(value.Value) < 1e15)
        {
            writer.WriteRawValue(value.ToString(), skipInputValidation: true);
        }
        else
        {
            writer.WriteNumberValue(value.Value);
        }
    }
}
