using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Gateway.Http;

/// <summary>
/// A JSON writer over memory that is used again by the next answer of the same thread. It is filled and sent within one
/// turn of that thread: nothing may be awaited in between.
/// </summary>
internal sealed class JsonBuffer : IDisposable
{
    // A record is at most 64 KiB; a rare larger answer must not stay in memory for good.
    private const int MaxKeptBytes = 256 * 1024;

    public static readonly JsonWriterOptions Options = new()
    {
        // Answers are never put into a web page: only what JSON itself asks for is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static JsonBuffer? t_current;

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly Utf8JsonWriter _writer;

    private JsonBuffer() => _writer = new Utf8JsonWriter(_bytes, Options);

    public Utf8JsonWriter Writer => _writer;

    /// <summary>This thread's buffer, empty.</summary>
    public static JsonBuffer Rent()
    {
        var buffer = t_current;
        if (buffer is null || buffer._bytes.Capacity > MaxKeptBytes)
        {
            buffer?.Dispose();
            return t_current = new JsonBuffer();
        }

        buffer._bytes.ResetWrittenCount();
        buffer._writer.Reset(buffer._bytes);
        return buffer;
    }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        _writer.Flush();
        return _bytes.WrittenSpan;
    }

    public void Dispose() => _writer.Dispose();
}
