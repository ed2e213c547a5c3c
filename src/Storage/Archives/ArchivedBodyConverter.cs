using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Storage.Archives;

/// <summary>
/// A body as text, as it is JSON in UTF-8 and people may want to read it; bytes that are no UTF-8 as an array of one
/// text in base 64.
/// </summary>
internal sealed class ArchivedBodyConverter : JsonConverter<byte[]>
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return StrictUtf8.GetBytes(reader.GetString()!);
        }

        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
        {
            throw new JsonException("a body is a text, or an array of one text in base 64");
        }

        var bytes = reader.GetBytesFromBase64();
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray
            ? bytes
            : throw new JsonException("a body has one text in base 64");
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        try
        {
            writer.WriteStringValue(StrictUtf8.GetString(value));
        }
        catch (DecoderFallbackException)
        {
            writer.WriteStartArray();
            writer.WriteBase64StringValue(value);
            writer.WriteEndArray();
        }
    }
}
