using System.Buffers;
using System.IO.Pipelines;

namespace Sluice.Cli.Queue;

/// <summary>Lines of a stream of any length, as bytes; a line that does not end is refused.</summary>
/// <param name="input">From its beginning.</param>
/// <param name="name">What it is called in messages.</param>
internal sealed class LineReader(Stream input, string name)
{
    /// <summary>More than a job with the longest command, however it is escaped.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    private readonly PipeReader _pipe = PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>Of the last line that was read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line, without its end; null: there is none.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadPipeAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Line(read.Buffer.Slice(0, end));
                _pipe.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted)
            {
                // Written out: a null of an array would become an empty line.
                ReadOnlyMemory<byte>? last = read.Buffer.IsEmpty ? default(ReadOnlyMemory<byte>?) : Line(read.Buffer);
                _pipe.AdvanceTo(read.Buffer.End);
                return last;
            }

            if (read.Buffer.Length > MaxLineBytes)
            {
                throw CliFailure.Refused($"{name}: line {Number + 1} is longer than {MaxLineBytes >> 20} MiB");
            }

            _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A line that was read, and all that comes after it.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadRestAsync(
        ReadOnlyMemory<byte> line, int max, CancellationToken cancellationToken)
    {
        var rest = new MemoryStream();
        rest.Write(line.Span);
        rest.WriteByte((byte)'\n');
        while (true)
        {
            var read = await ReadPipeAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                rest.Write(segment.Span);
            }

            _pipe.AdvanceTo(read.Buffer.End);
            if (rest.Length > max)
            {
                throw CliFailure.Refused(
                    $"{name}: an object has at most {max >> 20} MiB; write {{\"jobid\": …, \"jobcmd\": …}} a line");
            }

            if (read.IsCompleted)
            {
                return rest.GetBuffer().AsMemory(0, (int)rest.Length);
            }
        }
    }

    private async ValueTask<ReadResult> ReadPipeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _pipe.ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Refused($"{name} cannot be read: {exception.Message}");
        }
    }

    private ReadOnlyMemory<byte> Line(ReadOnlySequence<byte> content)
    {
        Number++;
        var line = content.ToArray().AsMemory();
        if (Number == 1 && line.Span.StartsWith(Mark))
        {
            line = line[Mark.Length..];
        }

        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
