using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Sluice.Cli.Queue;

/// <summary>Jobs for one request, as the JSON object that <c>/set</c> takes.</summary>
/// <param name="stage">Where jobs wait that do not say it.</param>
internal sealed class JobBatch(int stage) : IDisposable
{
    private const int MaxJobs = 10_000;

    /// <summary>Of the JSON; the server takes 64 MiB.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private Utf8JsonWriter? _writer;

    public int Count { get; private set; }

    /// <summary>True: the next job belongs into another request.</summary>
    public bool IsFull => Count >= MaxJobs || _buffer.WrittenCount + (_writer?.BytesPending ?? 0) >= MaxBytes;

    public void Add(JobToAdd job)
    {
        if (_writer is null)
        {
            _writer = new(_buffer);
            _writer.WriteStartObject();
        }

        _writer.WriteStartObject(job.Id.ToString(CultureInfo.InvariantCulture));
        _writer.WriteNumber("jobstage"u8, job.Stage ?? stage);
        _writer.WritePropertyName("jobcmd"u8);
        _writer.WriteRawValue(job.Command.Span, skipInputValidation: true);
        _writer.WriteEndObject();
        Count++;
    }

    /// <summary>Ends the object; valid until the next <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        _writer!.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenMemory;
    }

    public void Clear()
    {
        _writer?.Dispose();
        _writer = null;
        _buffer.ResetWrittenCount();
        Count = 0;
    }

    public void Dispose() => _writer?.Dispose();
}
