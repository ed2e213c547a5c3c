using Sluice.Bench.Load;

namespace Sluice.Bench.Works;

/// <summary>
/// Draws jobs at random, for each connection from a share of its own: no two requests for one job are ever on their way
/// at once, so each answer says exactly what was written. The same draws in every run.
/// </summary>
internal sealed class RandomJobs(long count)
{
    private long _drawn;

    public long Draw(int connection)
    {
        var share = (count - connection + LoadGenerator.ConnectionCount - 1) / LoadGenerator.ConnectionCount;
        var draw = Scramble((ulong)Interlocked.Increment(ref _drawn)) % (ulong)share;
        return connection + ((long)draw * LoadGenerator.ConnectionCount);
    }

    private static ulong Scramble(ulong number)
    {
        number = (number + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }
}
