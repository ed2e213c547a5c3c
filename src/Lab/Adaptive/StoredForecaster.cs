using System.Collections.Immutable;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Adaptive;

/// <summary>The picture that a server has: of jobs that ended it has those that its ledger keeps.</summary>
public sealed class StoredForecaster : IForecaster
{
    private readonly HistoryForecaster _forecaster = new(new());

    public Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(cause);
        var kept = (memory as Kept ?? Kept.Nobody).With(cause.Completed, snapshot.Jobs.Length);
        var forecast = _forecaster.Read(kept.Teachers, snapshot, cause with { Completed = [] });
        return forecast with { Memory = kept };
    }

    /// <param name="Ended">All that ended, the latest last.</param>
    /// <param name="Last">Number of the last that teaches; 0: none.</param>
    /// <param name="Teachers">Those of them that teach.</param>
    private sealed record Kept(ImmutableArray<TargetJob> Ended, int Last, EndedJobs Teachers) : PolicyMemory
    {
        public static readonly Kept Nobody = new([], 0, EndedJobs.Nobody);

        public Kept With(ImmutableArray<TargetJob> completed, int others)
        {
            var ended = Ended.AddRange(completed);
            var last = (int)EndedJobs.LastThatTeaches(ended.Length, others);
            var first = Math.Max(0, last - TargetJobs.MaxThatTeach);
            return new(ended, last, last == Last
                ? Teachers
                : new([.. ended[first..last].Where(job => !job.Notifications.IsEmpty)]));
        }
    }
}
