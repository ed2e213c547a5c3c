using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>
/// Times of checkpoints, each later than all before, as a trainer sends them: fractional seconds. They end in a digit
/// that no writer of numbers drops.
/// </summary>
internal sealed class CheckpointClock
{
    /// <summary>Characters of a time.</summary>
    public const int TimeLength = 14;

    private const long FirstSecond = 1_800_000_000;

    private long _last;

    public long Next() => Interlocked.Increment(ref _last);

    public static void WriteTime(Utf8Text text, long mark)
    {
        Span<byte> time = stackalloc byte[TimeLength];
        WriteTime(time, mark);
        text.Add(time);
    }

    public static void WriteTime(Span<byte> time, long mark)
    {
        Utf8Text.WriteDigits(time[..10], FirstSecond + (mark / 100));
        time[10] = (byte)'.';
        Utf8Text.WriteDigits(time[11..13], mark % 100);
        time[13] = (byte)'5';
    }
}
