using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Demo;

/// <summary>
/// How long jobs waited and took, from the look that saw them first; as fine as the looks are. Pure but for its sum.
/// </summary>
internal sealed class JobTimes
{
    private readonly Dictionary<string, Times> _jobs = [];

    /// <summary>From a job's deployment to its end; of those that have ended, zero where none has.</summary>
    public TimeSpan MeanCompletion => Mean(times => times.EndedAt);

    /// <summary>From a job's deployment until it first ran; of those that did, zero where none has.</summary>
    public TimeSpan MeanWait => Mean(times => times.RanAt);

    /// <summary>Looks come in the order of time.</summary>
    public void Add(DemoSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        foreach (var job in snapshot.Jobs)
        {
            var times = _jobs.GetValueOrDefault(job.Name) ?? new(snapshot.At, RanAt: null, EndedAt: null);
            _jobs[job.Name] = times with
            {
                RanAt = times.RanAt ?? (job.HasEnded || job.Status == JobStatus.Running ? snapshot.At : null),
                EndedAt = times.EndedAt ?? (job.HasEnded ? snapshot.At : null),
            };
        }
    }

    private TimeSpan Mean(Func<Times, TimeSpan?> moment)
    {
        var ticks = _jobs.Values.Select(times => (moment(times) - times.SeenAt)?.Ticks).OfType<long>().ToList();
        return ticks.Count == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)ticks.Average());
    }

    private sealed record Times(TimeSpan SeenAt, TimeSpan? RanAt, TimeSpan? EndedAt);
}
