using Sluice.Lab.Model;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>The truth.</summary>
internal sealed class OracleOutlook(IWorkOracle oracle) : IOutlook
{
    public OutlookReading Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause) => new(
        [.. snapshot.Jobs.Select(job => Read(oracle.Read(job.Uid), job, snapshot.Now))],
        memory,
        cause.HasArrivalOrCompletion);

    private static JobOutlook Read(JobTruth truth, TargetJob job, double now)
    {
        var speed = job.HeldGpus == 0 ? 0 : truth.Curve.At(job.HeldGpus);
        return new(
            new()
            {
                Levels = truth.Levels,
                Speeds = truth.Speeds,
                SpeedWith = truth.Curve.At,
                Work = truth.RemainingEpochs,
                Attained = job.AttainedAt(now),
                IsPinned = job.HasStarted && !job.MayBeSuspended,
            },
            speed,
            truth.RestartSeconds,
            speed == 0 ? 0 : truth.UnsavedEpochs / speed,
            truth.LossSeconds,
            speed == 0 ? 0 : (1 - truth.UnsavedEpochs) / speed + Math.Max(0, truth.ResumesAt - now));
    }
}
