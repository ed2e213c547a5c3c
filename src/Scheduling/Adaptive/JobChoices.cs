using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Adaptive;

/// <summary>What a job could have now, and what each of it is worth once the cost of the change is counted.</summary>
internal sealed class JobChoices(AdaptiveOptions options)
{
    /// <summary>A job with less unsaved work stands at a checkpoint.</summary>
    public const double NoLossSeconds = 1;

    /// <summary>A checkpoint is never nearer than that, lest the cost of a loss be infinite.</summary>
    private const double LeastSecondsToCheckpoint = 1e-3;

    /// <param name="job">As the snapshot has it.</param>
    /// <param name="forecast">What is held for true of it.</param>
    /// <param name="weight">How much its progress counts.</param>
    /// <param name="countsLoss">False: as if it stood at a checkpoint.</param>
    /// <param name="most">It gets no more than that.</param>
    /// <param name="now">Seconds, as the job's times are.</param>
    public ShareChoice[] Of(TargetJob job, JobForecast forecast, double weight, bool countsLoss, int most, double now)
    {
        var settled = job.HeldGpus > 0 ? now - job.HeldSince : 0;
        var curvature = job.MayBeSuspended ? options.Curvature : options.FirmCurvature;
        var unit = forecast.Speeds[0] / forecast.Levels[0];
        var held = job.HeldGpus == 0 ? 0 : weight * Math.Pow(forecast.HeldSpeed / unit, curvature);
        var lossRate = countsLoss ? LossRate(forecast, settled) : 0;
        var choices = new List<ShareChoice>(forecast.Levels.Length + 2);
        if (!job.HasStarted || (job.MayBeSuspended && !job.MustRunOn))
        {
            // It will have to restart one day, which is no cost where it has not started yet.
            var restartRate = forecast.RestartSeconds / HorizonFor(forecast, settled, forecast.HeldSpeed);
            choices.Add(new(0, -held * (lossRate + restartRate)));
        }

        for (var level = 0; level < forecast.Levels.Length && forecast.Levels[level] <= most; level++)
        {
            if (forecast.Levels[level] != job.HeldGpus)
            {
                var share = 1 - forecast.RestartSeconds / HorizonFor(forecast, settled, forecast.Speeds[level]);
                var value = weight * Math.Pow(forecast.Speeds[level] / unit, curvature);
                choices.Add(new(forecast.Levels[level], value * share - held * lossRate));
            }
        }

        if (job.HeldGpus > 0)
        {
            choices.Insert(choices.Count(choice => choice.Gpus < job.HeldGpus), new(job.HeldGpus, held));
        }

        return [.. choices];
    }

    /// <summary>
    /// Loss in units of the held speed. Waiting for the checkpoint would save it, so it must come back until then.
    /// </summary>
    private double LossRate(JobForecast forecast, double settled) => forecast.LossSeconds <= NoLossSeconds
        ? 0
        : forecast.LossSeconds / Math.Clamp(
            forecast.SecondsToCheckpoint, LeastSecondsToCheckpoint, HorizonFor(forecast, settled, forecast.HeldSpeed));

    private double HorizonFor(JobForecast forecast, double settled, double speed)
    {
        var longest = options.HorizonSeconds + options.HorizonRestarts * forecast.RestartSeconds;
        longest = Math.Max(longest, options.HorizonPast * settled);
        return speed == 0 ? longest : Math.Min(longest, forecast.Work / speed + forecast.RestartSeconds);
    }
}
