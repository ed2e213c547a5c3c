using Sluice.Bench.Load;

namespace Sluice.Bench.Runs;

/// <summary>A work and what it is compared with, each of which can be measured for a time.</summary>
internal sealed class Comparison(
    Func<TimeSpan, CancellationToken, Task<LoadResult>> work, Func<TimeSpan, CancellationToken, Task<LoadResult>> other)
{
    private const int MaxWarmUpSlices = 8;
    private const double HardlyFaster = 1.05;
    private static readonly TimeSpan WarmUpSlice = TimeSpan.FromSeconds(0.6);

    private readonly List<LoadResult> _works = [];
    private readonly List<LoadResult> _others = [];

    public Compared Result => new(_works, _others);

    /// <summary>
    /// Works until the compiler of the running servers has found what is hot: until a slice of the time is hardly faster
    /// than the fastest before it.
    /// </summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await WarmUpAsync(other, cancellationToken);
        await WarmUpAsync(work, cancellationToken);
    }

    /// <summary>One round; every other one in the opposite order, so that steady drift cancels.</summary>
    public async Task MeasureAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var isWorkFirst = _works.Count % 2 == 0;
        if (isWorkFirst) _works.Add(await work(duration, cancellationToken));
        _others.Add(await other(duration, cancellationToken));
        if (!isWorkFirst) _works.Add(await work(duration, cancellationToken));
    }

    private static async Task WarmUpAsync(
        Func<TimeSpan, CancellationToken, Task<LoadResult>> side, CancellationToken cancellationToken)
    {
        var best = 0.0;
        for (var slice = 0; slice < MaxWarmUpSlices; slice++)
        {
            var rate = (await side(WarmUpSlice, cancellationToken)).PerSecond;
            if (slice > 0 && rate < best * HardlyFaster) return;
            best = Math.Max(best, rate);
        }
    }
}
