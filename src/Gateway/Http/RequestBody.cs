using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Http;

/// <summary>
/// The whole body of a request, without a copy where it came in one piece. To be disposed before an answer.
/// </summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader _reader;
    private readonly ReadOnlySequence<byte> _sequence;
    private readonly byte[]? _joined;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> sequence)
    {
        _reader = reader;
        _sequence = sequence;
        if (sequence.IsSingleSegment) return;
        _joined = ArrayPool<byte>.Shared.Rent((int)sequence.Length);
        sequence.CopyTo(_joined);
    }

    public ReadOnlySpan<byte> Bytes =>
        _joined is null ? _sequence.FirstSpan : _joined.AsSpan(0, (int)_sequence.Length);

    /// <summary>Reads to the end.</summary>
    /// <exception cref="BadHttpRequestException">The body is larger, or not as HTTP has it.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            var buffer = result.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                throw TooLarge(maxBytes);
            }

            if (result.IsCompleted) return new RequestBody(reader, buffer);
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public void Dispose()
    {
        if (_joined is not null) ArrayPool<byte>.Shared.Return(_joined);
        _reader.AdvanceTo(_sequence.End);
    }

    private static BadHttpRequestException TooLarge(int maxBytes) =>
        new($"the body must be at most {maxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
}
