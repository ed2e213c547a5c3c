using Sluice.Lab.Model;
using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Adaptive;

/// <summary>The truth: how far the adaptive policy would come if it had nothing to learn.</summary>
public sealed class OracleForecaster(IWorkOracle oracle) : IForecaster
{
    public Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new([.. snapshot.Jobs.Select(job => Read(oracle.Read(job.Uid), job, snapshot.Now))], memory);
    }

    private static JobForecast Read(JobTruth truth, TargetJob job, double now)
    {
        var speed = job.HeldGpus == 0 ? 0 : truth.Curve.At(job.HeldGpus);
        var restartLeft = job.HeldGpus == 0 ? 0 : Math.Max(0, truth.ResumesAt - now);
        return new()
        {
            Levels = [.. truth.Levels],
            Speeds = [.. truth.Speeds],
            HeldSpeed = speed,
            Work = truth.RemainingEpochs,
            RestartSeconds = truth.RestartSeconds,
            RestartLeftSeconds = restartLeft,
            LossSeconds = truth.LossSeconds,
            SecondsToCheckpoint = speed == 0 ? 0 : (1 - truth.UnsavedEpochs) / speed + restartLeft,
        };
    }
}
