using Sluice.Lab.Model;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>The jobs of a snapshot as rules of sharing take them, with the true speeds and work.</summary>
internal static class OracleJobs
{
    public static SharingJob[] Read(IWorkOracle oracle, TargetSnapshot snapshot) =>
        [.. snapshot.Jobs.Select(job => Read(oracle.Read(job.Uid), job, snapshot.Now))];

    private static SharingJob Read(JobTruth truth, TargetJob job, double now) => new()
    {
        Levels = truth.Levels,
        Speeds = [.. truth.Levels.Select(truth.Curve.At)],
        Work = truth.RemainingEpochs,
        Attained = job.AttainedAt(now),
        IsPinned = job.HasStarted && !job.MayBeSuspended,
    };
}
