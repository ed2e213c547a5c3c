using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>What jobs that have shown something tell of one that has shown less.</summary>
internal sealed class Resemblance
{
    /// <summary>Estimates with less than that share of the best one's weight are left out.</summary>
    private const double LeastWeight = 0.01;

    /// <summary>Estimates that a curve is made of.</summary>
    private const int MaxParts = 8;

    /// <summary>Of the size of an epoch where no other job tells it.</summary>
    private const double FreeSizeDeviation = 1.5;

    private readonly CurvePrior _usual;
    private readonly LearningOptions _options;
    private readonly ExampleJob[] _latestFirst;
    private readonly ExampleJob[] _shortestFirst;

    public Resemblance(CurvePrior usual, LearningOptions options, LearnedMemory known)
    {
        _usual = usual;
        _options = options;
        _latestFirst =
        [
            .. known.Jobs.Values.Select(job => job.Example).OfType<ExampleJob>()
                .OrderByDescending(example => example.Uid, StringComparer.Ordinal),
            .. known.Ended.Reverse(),
        ];
        _shortestFirst = [.. _latestFirst.OrderBy(example => example.LogTotal)];
        var restarts = _latestFirst.Select(example => example.RestartSeconds).OfType<double>().ToArray();
        RestartSeconds = (restarts.Sum() + options.UsualRestartSeconds) / (restarts.Length + 1);
    }

    /// <summary>Of a job that has measured none.</summary>
    public double RestartSeconds { get; }

    /// <summary>Expected natural logarithm of the seconds of an epoch with one GPU.</summary>
    /// <param name="job">Has shown nothing.</param>
    /// <param name="leastSeconds">The whole training takes longer than that.</param>
    public double LogSize(TargetJob job, double leastSeconds)
    {
        // A job that outlasts all is taken to be half done.
        var usual = Math.Log(Math.Max(_options.UsualSeconds, 2 * leastSeconds));
        var least = Math.Log(Math.Max(leastSeconds, 1e-9));
        var candidates = new List<(double LogTotal, double Weight)>(_shortestFirst.Length + 1);
        foreach (var example in _shortestFirst)
        {
            if (example.LogTotal > least)
            {
                candidates.Add((example.LogTotal, Affinity(example, job)));
            }
        }

        var place = candidates.FindIndex(candidate => candidate.LogTotal > usual);
        candidates.Insert(place < 0 ? candidates.Count : place, (usual, 1));
        var quantile = job.MayBeSuspended ? _options.Quantile : _options.FirmQuantile;
        var rest = quantile * candidates.Sum(candidate => candidate.Weight);
        foreach (var (logTotal, weight) in candidates)
        {
            rest -= weight;
            if (rest <= 0)
            {
                return logTotal - LogEpochs(job);
            }
        }

        return candidates[^1].LogTotal - LogEpochs(job);
    }

    /// <summary>Seconds of an epoch at each count, by what it has shown and whom it is like in that.</summary>
    public JobCurve CurveOf(TargetJob job, JobRecord record, double logSize)
    {
        CountSeen[] seen = [.. record.Seen];
        var usual = new SpeedEstimate(_usual, logSize, FreeSizeDeviation, seen);
        var parts = new List<(double Score, SpeedEstimate Estimate)> { (usual.LogLikelihood, usual) };
        foreach (var example in _latestFirst.Where(example => example.Uid != job.Uid).Take(_options.MaxCompared))
        {
            var estimate = seen.Length == 0
                ? new SpeedEstimate(example.Prior, logSize, FreeSizeDeviation, seen)
                : new(example.Prior, example.LogTotal - example.LogEpochs, _options.SizeDeviation, seen);
            parts.Add((Math.Log(Affinity(example, job)) + estimate.LogLikelihood, estimate));
        }

        var best = parts.Max(part => part.Score);
        var kept = parts.Select(part => (Weight: Math.Exp(part.Score - best), part.Estimate))
            .Where(part => part.Weight > LeastWeight)
            .OrderByDescending(part => part.Weight)
            .Take(MaxParts)
            .ToArray();
        var sum = kept.Sum(part => part.Weight);
        return new(Array.ConvertAll(kept, part => (part.Weight / sum, part.Estimate)));
    }

    /// <summary>For others to be like; null: it has shown nothing.</summary>
    public ExampleJob? ExampleOf(TargetJob job, JobRecord record, JobCurve curve) => record.Seen.IsEmpty
        ? null
        : new(
            job.Uid,
            curve.LogSeconds(1) + LogEpochs(job),
            LogEpochs(job),
            Math.Log(job.MinGpus),
            Math.Log(job.MaxGpus),
            new LikePrior(curve, _usual, _options.ShapeShare),
            record.RestartCount == 0 ? null : record.RestartSum / record.RestartCount);

    /// <summary>Of one that does not say, as if it were half done.</summary>
    public static int EpochsOf(TargetJob job) => job.TotalEpochs ?? Math.Max(2, 2 * job.CompletedEpochs);

    private static double LogEpochs(TargetJob job) => Math.Log(EpochsOf(job));

    /// <summary>How much alike two jobs are in what is told at their submission.</summary>
    private double Affinity(ExampleJob example, TargetJob job)
    {
        var epochs = (example.LogEpochs - LogEpochs(job)) / _options.EpochsScale;
        var least = (example.LogLeast - Math.Log(job.MinGpus)) / _options.RangeScale;
        var most = (example.LogMost - Math.Log(job.MaxGpus)) / _options.RangeScale;
        return Math.Exp(-0.5 * (epochs * epochs + least * least + most * most)) + _options.StrangerWeight;
    }
}
