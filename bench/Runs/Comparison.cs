using Sluice.Bench.Load;

namespace Sluice.Bench.Runs;

/// <summary>A work and what it is compared with, each of which can be measured for a time.</summary>
internal sealed class Comparison(
    Func<TimeSpan, CancellationToken, Task<LoadResult>> work, Func<TimeSpan, CancellationToken, Task<LoadResult>> other)
{
    private readonly List<LoadResult> _works = [];
    private readonly List<LoadResult> _others = [];

    public Compared Result => new(_works, _others);

    public async Task WarmUpAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await other(duration / 2, cancellationToken);
        await work(duration, cancellationToken);
    }

    /// <summary>One round; every other one in the opposite order, so that steady drift cancels.</summary>
    public async Task MeasureAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var isWorkFirst = _works.Count % 2 == 0;
        if (isWorkFirst) _works.Add(await work(duration, cancellationToken));
        _others.Add(await other(duration, cancellationToken));
        if (!isWorkFirst) _works.Add(await work(duration, cancellationToken));
    }
}
