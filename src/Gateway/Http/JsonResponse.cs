using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Gateway.Http;

/// <summary>Writes answers. Small ones go out with the end of the request, without a flush of their own.</summary>
internal static class JsonResponse
{
    /// <summary>Long answers are flushed whenever this many bytes wait.</summary>
    private const int FlushBytes = 64 * 1024;

    public static readonly StringValues ContentType = new("application/json");

    /// <summary>Sends what was written into the buffer.</summary>
    public static void Send(HttpContext context, int status, JsonBuffer buffer)
    {
        var bytes = buffer.Finish();
        Start(context, status, bytes.Length);
        context.Response.BodyWriter.Write(bytes);
    }

    /// <summary>Sends one value.</summary>
    public static void Send<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        var buffer = JsonBuffer.Rent();
        JsonSerializer.Serialize(buffer.Writer, value, type);
        Send(context, status, buffer);
    }

    /// <summary>Sends <c>{"error": text}</c>.</summary>
    public static void SendError(HttpContext context, int status, string text) => Send(context, status, Error(text));

    /// <summary><c>{"error": text}</c>, to be sent in this turn of the thread.</summary>
    public static ReadOnlySpan<byte> ErrorOf(string text) => Error(text).Finish();

    /// <summary>Sends pieces of an answer that is encoded already, one after the other.</summary>
    public static Task SendPiecesAsync(HttpContext context, ImmutableArray<JsonPiece> pieces)
    {
        var length = 0L;
        foreach (var piece in pieces) length += piece.Utf8.Length;
        Start(context, StatusCodes.Status200OK, length);
        if (length > FlushBytes) return SendLongAsync(context, pieces);
        foreach (var piece in pieces) context.Response.BodyWriter.Write(piece.Utf8.Span);
        return Task.CompletedTask;
    }

    /// <summary>Sets status and headers of a JSON answer; no length: it is sent in chunks.</summary>
    public static void Start(HttpContext context, int status, long? length)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.ContentType = ContentType;
        response.ContentLength = length;
    }

    private static JsonBuffer Error(string text)
    {
        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        buffer.Writer.WriteString("error"u8, text);
        buffer.Writer.WriteEndObject();
        return buffer;
    }

    private static async Task SendLongAsync(HttpContext context, ImmutableArray<JsonPiece> pieces)
    {
        var writer = context.Response.BodyWriter;
        var waiting = 0;
        foreach (var piece in pieces)
        {
            for (var rest = piece.Utf8; !rest.IsEmpty;)
            {
                var part = rest[..Math.Min(rest.Length, FlushBytes)];
                writer.Write(part.Span);
                rest = rest[part.Length..];
                waiting += part.Length;
                if (waiting < FlushBytes) continue;
                waiting = 0;
                // Completed: the client is gone, and nobody reads the rest.
                if ((await writer.FlushAsync(context.RequestAborted)).IsCompleted) return;
            }
        }

        // After a first flush of an answer of known length the web server sends nothing by itself any more.
        await writer.FlushAsync(context.RequestAborted);
    }
}
