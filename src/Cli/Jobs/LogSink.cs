using System.Text;
using Sluice.Cli.Client;

namespace Sluice.Cli.Jobs;

/// <summary>Where a job's output goes: as the bytes it is, or as one JSON object a piece.</summary>
internal sealed class LogSink(CliEnvironment environment, bool asJson) : IAsyncDisposable
{
    private readonly Stream? _bytes = asJson ? null : environment.OpenOutput();

    // A character may be cut in two by the end of a piece; it is then part of the next one.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public async ValueTask WriteAsync(long offset, byte[] piece, CancellationToken cancellationToken)
    {
        if (_bytes is null)
        {
            var text = new char[Encoding.UTF8.GetMaxCharCount(piece.Length)];
            var length = _decoder.GetChars(piece, text, flush: false);
            await environment.Out.WriteLineAsync(
                ServerAnswer.Write(new Piece(offset, new string(text, 0, length))).AsMemory(), cancellationToken);
            return;
        }

        await _bytes.WriteAsync(piece, cancellationToken);
        await _bytes.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _bytes?.DisposeAsync() ?? default;

    /// <param name="Offset">Where the piece starts, in bytes.</param>
    /// <param name="Text">What is no UTF-8 in it is replaced.</param>
    private sealed record Piece(long Offset, string Text);
}
