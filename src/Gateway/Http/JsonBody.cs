using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Gateway.Http;

/// <summary>
/// Takes one field of a body. The reader stands on its value, and must stand on that value's end after.
/// </summary>
internal delegate void JsonFieldReader<TFields>(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref TFields fields)
    where TFields : struct, allows ref struct;

/// <summary>
/// Reads a body that must be one JSON object, strictly: valid UTF-8, no comments, nothing after it, every text valid
/// Unicode. Of a field that is there twice the last counts.
/// </summary>
internal static class JsonBody
{
    /// <summary>
    /// Levels of nesting, where no others are asked for. Stored fields come back inside other objects, and readers
    /// everywhere stop at 64 levels.
    /// </summary>
    public const int MaxDepth = 32;

    private const int MaxShownNameLength = 100;

    /// <summary>Reads all fields.</summary>
    /// <param name="body">The body, as it came.</param>
    /// <param name="fields">What was found.</param>
    /// <param name="readField">Takes one of them.</param>
    /// <param name="maxDepth">Levels of nesting.</param>
    /// <param name="kind">What stands before the name of a field in an error, such as <c>job </c>.</param>
    /// <returns>Null, or what is wrong, naming the field where it is in one.</returns>
    public static string? Read<TFields>(
        ReadOnlySpan<byte> body, ref TFields fields, JsonFieldReader<TFields> readField, int maxDepth = MaxDepth,
        string kind = "")
        where TFields : struct, allows ref struct
    {
        if (!Utf8.IsValid(body)) return "the body is not valid JSON: it is not valid UTF-8";
        if (body.StartsWith("\uFEFF"u8)) body = body[3..];
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = maxDepth });
        ReadOnlySpan<byte> field = default;
        try
        {
            reader.Read();
            if (reader.TokenType is not JsonTokenType.StartObject) return "the body must be a JSON object";
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                field = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                reader.Read();
                readField(ref reader, field, ref fields);
            }

            field = default;
            // Past the end of the object: throws where something follows it.
            reader.Read();
        }
        catch (JsonException problem)
        {
            return $"the body is not valid JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}"
                + (field.IsEmpty ? "" : $", in {kind}{Show(field)}");
        }
        catch (InvalidOperationException)
        {
            // The one thing that is valid JSON and no text: half of a surrogate pair, escaped.
            return $"{(field.IsEmpty ? "the name of a field" : $"{kind}{Show(field)}")} must be valid Unicode";
        }

        return null;
    }

    /// <summary>A field's name, as far as an error message should carry it.</summary>
    public static string Show(ReadOnlySpan<byte> name)
    {
        var text = Encoding.UTF8.GetString(name);
        return text.Length <= MaxShownNameLength ? text : $"{text.AsSpan(0, MaxShownNameLength)}…";
    }

    /// <summary>Passes a value whose content does not matter, but for being text where it is text.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (true)
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }

            if (reader.CurrentDepth <= depth
                && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                return;
            }

            reader.Read();
        }
    }
}
