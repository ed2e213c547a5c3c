using System.Globalization;
using System.Text;

namespace Sluice.Executors.Local;

/// <summary>Appends what a rank prints to its file, up to the limit; what comes after it is read and dropped.</summary>
internal sealed class RankOutput
{
    private const int CopyBytes = 64 << 10;
    private const int StackBytes = 256 << 10;

    private readonly FileStream _source;
    private readonly FileStream _file;
    private readonly long _limitBytes;
    private readonly Thread _thread;
    private long _length;

    private RankOutput(FileStream source, FileStream file, long limitBytes)
    {
        (_source, _file, _limitBytes, _length) = (source, file, limitBytes, file.Length);

        // A thread a rank: reads of a pipe block, and a runner has few ranks.
        _thread = new Thread(Copy, StackBytes) { IsBackground = true, Name = "rank output" };
    }

    /// <summary>Marks the attempt in the file and copies from then on.</summary>
    public static RankOutput Start(FileStream source, string path, RunSpec spec, DateTimeOffset now)
    {
        RunFolder.CreatePrivate(Path.GetDirectoryName(path)!);
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var output = new RankOutput(source, file, spec.LogLimitBytes);
        var at = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        output.Append(Encoding.UTF8.GetBytes(
            $"[sluice] attempt {spec.Attempt}, generation {spec.Generation}, on {spec.Placement}, at {at}\n"));
        output._thread.Start();
        return output;
    }

    /// <summary>Waits until all is written; the writers are gone, so this is short.</summary>
    public void Finish(TimeSpan timeout)
    {
        _thread.Join(timeout);
    }

    private void Copy()
    {
        var buffer = new byte[CopyBytes];
        try
        {
            for (int count; (count = _source.Read(buffer)) > 0;)
            {
                Append(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            _source.Dispose();
            _file.Dispose();
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length >= _limitBytes)
        {
            return;
        }

        var fits = bytes[..(int)Math.Min(bytes.Length, _limitBytes - _length)];
        try
        {
            _file.Write(fits);
            _length += fits.Length;
            if (_length >= _limitBytes)
            {
                _file.Write(Encoding.UTF8.GetBytes(
                    $"\n[sluice] the limit of {_limitBytes} bytes is reached; further output is dropped\n"));
            }
        }
        catch (IOException)
        {
            // A full disk must not end the job: what it prints is dropped until there is room again.
        }
    }
}
