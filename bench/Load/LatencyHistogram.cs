using System.Numerics;

namespace Sluice.Bench.Load;

/// <summary>Counts durations in buckets that are at most 1/64 of their value wide. Not safe for several threads.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubCount = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits + 1) * SubCount];

    public long Count { get; private set; }

    public void Record(long nanoseconds)
    {
        _counts[BucketOf(Math.Max(0, nanoseconds))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>The duration that a share of all is not longer than; zero where nothing was recorded.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public TimeSpan Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * share));
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return TimeSpan.FromMicroseconds(UpperBoundOf(i) / 1000.0);
        }

        return TimeSpan.Zero;
    }

    private static int BucketOf(long value)
    {
        if (value < SubCount) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - SubCount);
    }

    private static long UpperBoundOf(int bucket)
    {
        if (bucket < SubCount) return bucket;
        var shift = (bucket >> SubBits) - 1;
        return (((long)(bucket & (SubCount - 1)) + SubCount + 1) << shift) - 1;
    }
}
