using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>
/// The picture that notifications give: seconds of an epoch at each count from those that were seen and from jobs that
/// were alike, the restart from the first interval after a change, and the size of a job that has shown nothing from
/// what was submitted before and from how long it has been silent.
/// </summary>
/// <param name="options">How what one job shows is carried over to others.</param>
public sealed class LearnedForecaster(LearningOptions options) : IForecaster
{
    /// <summary>A size that changes by less is not worth a new curve; logarithm.</summary>
    private const double LeastSizeChange = 0.05;

    /// <summary>Of an epoch no more than that is ever taken to be done, as long as no notification came.</summary>
    private const double MostOfEpoch = 0.98;

    public Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(cause);
        var known = (memory as LearnedMemory ?? LearnedMemory.Empty).Close(cause.Completed, options.MaxRemembered);
        var usual = new CurvePrior(snapshot.NodeGpus);
        var others = new Resemblance(usual, options, known);
        var silent = new SilentJobs(others, snapshot.NodeGpus);
        var notified = cause.Notified.ToHashSet(StringComparer.Ordinal);
        var jobs = known.Jobs.ToBuilder();
        var forecasts = new JobForecast[snapshot.Jobs.Length];
        for (var index = 0; index < forecasts.Length; index++)
        {
            var job = snapshot.Jobs[index];
            var before = jobs.GetValueOrDefault(job.Uid);
            var after = Follow(before ?? Start(job, others), job, notified.Contains(job.Uid), others);
            after = Complete(after, job, snapshot, usual, silent, others);
            forecasts[index] = Look(after, job, snapshot.Now, others);
            if (!ReferenceEquals(after, before))
            {
                jobs[job.Uid] = after;
            }
        }

        return new(forecasts, known with { Jobs = jobs.ToImmutable() });
    }

    /// <summary>The same of jobs of which all is known but what time alone tells.</summary>
    /// <param name="known">In the order of the snapshot.</param>
    /// <param name="snapshot">The cluster as it is.</param>
    /// <param name="usual">What is expected of any job.</param>
    /// <param name="others">All that have shown something.</param>
    /// <param name="silent">What those tell of jobs that have not notified.</param>
    internal JobForecast[] Look(
        LearnedJob[] known, TargetSnapshot snapshot, CurvePrior usual, Resemblance others, SilentJobs silent)
    {
        var forecasts = new JobForecast[known.Length];
        for (var index = 0; index < forecasts.Length; index++)
        {
            var job = snapshot.Jobs[index];
            var after = Follow(known[index], job, isNotified: false, others);
            after = Complete(after, job, snapshot, usual, silent, others);
            forecasts[index] = Look(after, job, snapshot.Now, others);
        }

        return forecasts;
    }

    /// <summary>With what its silence tells, and the counts that help.</summary>
    private LearnedJob Complete(
        LearnedJob known, TargetJob job, TargetSnapshot snapshot, CurvePrior usual, SilentJobs silent,
        Resemblance others)
    {
        if (job.Notifications.IsEmpty)
        {
            known = Unseen(known, job, snapshot, usual, silent, RestartSeconds(known, others));
        }

        return known.Table is null
            ? known with
            {
                Table = UsefulLevels.Find(job, known.Record, known.Curve, snapshot.NodeGpus, snapshot.GpuCount),
            }
            : known;
    }

    private static LearnedJob Start(TargetJob job, Resemblance others)
    {
        var size = others.LogSize(job, 0);
        return new(JobRecord.Nothing, size, others.CurveOf(job, JobRecord.Nothing, size));
    }

    /// <summary>Takes in a change and a notification.</summary>
    private LearnedJob Follow(LearnedJob known, TargetJob job, bool isNotified, Resemblance others)
    {
        var restart = RestartSeconds(known, others);
        var earlier = job.Notifications.Length - (isNotified ? 2 : 1);
        var record = known.Record.Follow(job, earlier < 0 ? null : job.Notifications[earlier].At, restart);
        if (!isNotified || job.Notifications.IsEmpty)
        {
            return ReferenceEquals(record, known.Record) ? known : known with { Record = record };
        }

        record = record.Learn(job, restart, known.Curve.SecondsPerEpoch);
        var curve = others.CurveOf(job, record, known.LogSize);
        return known with
        {
            Record = record,
            Curve = curve,
            Table = null,
            Example = others.ExampleOf(job, record, curve),
        };
    }

    /// <summary>The longer a job is silent, the longer it must be.</summary>
    private static LearnedJob Unseen(
        LearnedJob known, TargetJob job, TargetSnapshot snapshot, CurvePrior usual, SilentJobs silent,
        double restartSeconds)
    {
        var working = job.HeldGpus == 0 ? 0 : Math.Max(0, snapshot.Now - job.HeldSince - restartSeconds);
        var epoch = known.Record.CarriedEpochs(gpus => Math.Exp(usual.Mean(gpus)));
        epoch += working == 0 ? 0 : working / Math.Exp(usual.Mean(job.HeldGpus));
        if (job.LongestSilence is { } silence)
        {
            epoch = Math.Max(epoch, Math.Max(0, silence.Seconds - restartSeconds) / Math.Exp(usual.Mean(silence.Gpus)));
        }

        var least = Math.Max(known.LeastSeconds, epoch * Resemblance.EpochsOf(job));
        var size = silent.LogSize(job, least);
        if (Math.Abs(size - known.LogSize) < LeastSizeChange)
        {
            return least > known.LeastSeconds ? known with { LeastSeconds = least } : known;
        }

        var (curve, table) = silent.CurveOf(job, size, snapshot.GpuCount);
        return known with { LeastSeconds = least, LogSize = size, Curve = curve, Table = table };
    }

    private JobForecast Look(LearnedJob known, TargetJob job, double now, Resemblance others)
    {
        var restart = RestartSeconds(known, others);
        var resumed = job.HeldSince + restart;
        if (!job.Notifications.IsEmpty)
        {
            resumed = Math.Max(resumed, job.Notifications[^1].At);
        }

        var speed = job.HeldGpus == 0 ? 0 : 1 / known.Curve.SecondsPerEpoch(job.HeldGpus);
        var unsaved = job.HeldGpus == 0 ? 0 : Math.Max(0, now - resumed);
        var epoch = known.Record.CarriedEpochs(known.Curve.SecondsPerEpoch) + unsaved * speed;
        epoch = Math.Min(MostOfEpoch, epoch);
        var restartLeft = job.HeldGpus == 0 ? 0 : Math.Max(0, job.HeldSince + restart - now);
        return new()
        {
            Levels = known.Table!.Value.Levels,
            Speeds = known.Table.Value.Speeds,
            HeldSpeed = speed,
            Work = Math.Max(1, Resemblance.EpochsOf(job) - job.CompletedEpochs) - epoch,
            RestartSeconds = restart,
            RestartLeftSeconds = restartLeft,
            LossSeconds = job.LosesUnsavedWork ? unsaved : 0,
            SecondsToCheckpoint = speed == 0 ? 0 : (1 - epoch) / speed + restartLeft,
        };
    }

    private double RestartSeconds(LearnedJob known, Resemblance others) =>
        known.Record.RestartSeconds(others.RestartSeconds, options.UsualRestartWeight);
}
