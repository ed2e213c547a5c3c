using System.Text.Json;

namespace Sluice.Gateway.Http;

/// <summary>Takes values out of a body byte for byte, without a copy.</summary>
internal static class JsonSlice
{
    /// <summary>
    /// The body as <see cref="JsonBody"/> counts its bytes: without the mark that UTF-8 may begin with.
    /// </summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;

    /// <summary>Passes a value.</summary>
    /// <param name="reader">Stands on the value, then on its end.</param>
    /// <param name="body">What is read, without a mark.</param>
    /// <returns>The value's bytes, a slice of the body.</returns>
    public static ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        JsonBody.Skip(ref reader);
        return body[start..(int)reader.BytesConsumed];
    }
}
