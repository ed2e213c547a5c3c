using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>Jobs that are done, as they were last, the latest last: what others may be like.</summary>
/// <param name="Jobs">At most <see cref="LearningOptions.MaxRemembered"/>.</param>
public sealed record EndedJobs(ImmutableArray<TargetJob> Jobs) : PolicyMemory
{
    public static readonly EndedJobs Nobody = new([]);

    /// <summary>Jobs that are added at once, where there are many to reckon anew.</summary>
    internal const int MaxBatch = 16;

    private const int FewJobs = 256;

    /// <summary>
    /// Of the jobs that have ended, numbered from 1, the last that teaches. The picture of all others is reckoned anew when
    /// one is added, so beside more than 256 of them the latest are added 16 at a time.
    /// </summary>
    internal static long LastThatTeaches(long newest, int others) =>
        newest - newest % (others <= FewJobs ? 1 : MaxBatch);

    /// <summary>The same with those that have just ended; the oldest are forgotten.</summary>
    public EndedJobs With(ImmutableArray<TargetJob> completed, int maxRemembered)
    {
        if (completed.IsEmpty)
        {
            return this;
        }

        var jobs = Jobs.AddRange(completed.Where(job => !job.Notifications.IsEmpty));
        return new(jobs.RemoveRange(0, Math.Max(0, jobs.Length - maxRemembered)));
    }
}
