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

    /// <param name="usual">What is expected of any job.</param>
    /// <param name="options">How what one job shows is carried over to others.</param>
    /// <param name="live">Those that wait or run and have shown something.</param>
    /// <param name="ended">Those that are done, the latest last.</param>
    public Resemblance(
        CurvePrior usual, LearningOptions options, IEnumerable<ExampleJob> live, IEnumerable<ExampleJob> ended)
    {
        _usual = usual;
        _options = options;
        _latestFirst = [.. live.OrderByDescending(example => example.Uid, StringComparer.Ordinal), .. ended.Reverse()];
        _shortestFirst = [.. _latestFirst.OrderBy(example => example.LogTotal)];
        var restarts = _latestFirst.Select(example => example.RestartSeconds).OfType<double>().ToArray();
        RestartSeconds = (restarts.Sum() + options.UsualRestartSeconds) / (restarts.Length + 1);
    }

    public Resemblance(CurvePrior usual, LearningOptions options, LearnedMemory known)
        : this(usual, options, known.Jobs.Values.Select(job => job.Example).OfType<ExampleJob>(), known.Ended)
    {
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
        var traits = TraitsOf(job);
        var first = 0;
        while (first < _shortestFirst.Length && !(_shortestFirst[first].LogTotal > least))
        {
            first++;
        }

        // The usual one stands among them, and weighs 1.
        var weights = new double[_shortestFirst.Length - first];
        var sum = 0.0;
        var isCounted = false;
        for (var index = 0; index < weights.Length; index++)
        {
            var example = _shortestFirst[first + index];
            if (!isCounted && example.LogTotal > usual)
            {
                sum += 1;
                isCounted = true;
            }

            weights[index] = Affinity(example, traits);
            sum += weights[index];
        }

        var quantile = job.MayBeSuspended ? _options.Quantile : _options.FirmQuantile;
        var rest = quantile * (isCounted ? sum : sum + 1);
        return Place(_shortestFirst.AsSpan(first), weights, usual, rest) - traits.LogEpochs;
    }

    /// <summary>Where so much weight is used up; the usual one, before the first longer one, weighs 1.</summary>
    private static double Place(ReadOnlySpan<ExampleJob> shortestFirst, double[] weights, double usual, double rest)
    {
        var isCounted = false;
        for (var index = 0; index < weights.Length; index++)
        {
            if (!isCounted && shortestFirst[index].LogTotal > usual)
            {
                isCounted = true;
                rest -= 1;
                if (rest <= 0)
                {
                    return usual;
                }
            }

            rest -= weights[index];
            if (rest <= 0)
            {
                return shortestFirst[index].LogTotal;
            }
        }

        return isCounted ? shortestFirst[^1].LogTotal : usual;
    }

    /// <summary>Seconds of an epoch at each count, by what it has shown and whom it is like in that.</summary>
    /// <param name="job">As it was submitted.</param>
    /// <param name="record">What it has shown.</param>
    /// <param name="logSize">Of one that has shown nothing.</param>
    /// <param name="known">Of the same job, from earlier; null: it is compared anew.</param>
    public JobCurve CurveOf(TargetJob job, JobRecord record, double logSize, KnownScores? known = null)
    {
        CountSeen[] seen = [.. record.Seen];
        var traits = TraitsOf(job);
        var compared = Compared(job);
        var usual = new SpeedEstimate(_usual, logSize, FreeSizeDeviation, seen);
        var scores = known is null || seen.Length == 0
            ? [.. compared.Select(Score)]
            : known.Of(seen, traits, compared, Score);
        var best = usual.LogLikelihood;
        foreach (var score in scores)
        {
            best = Math.Max(best, score);
        }

        var kept = new List<(double Weight, int Index)>(MaxParts) { (Math.Exp(usual.LogLikelihood - best), -1) };
        for (var index = 0; index < scores.Length; index++)
        {
            kept.Add((Math.Exp(scores[index] - best), index));
        }

        var parts = kept.Where(part => part.Weight > LeastWeight)
            .OrderByDescending(part => part.Weight)
            .Take(MaxParts)
            .ToArray();
        var sum = parts.Sum(part => part.Weight);
        return new(Array.ConvertAll(
            parts, part => (part.Weight / sum, part.Index < 0 ? usual : Estimate(compared[part.Index]))));

        double Score(ExampleJob example) => Math.Log(Affinity(example, traits))
            + (seen.Length == 0 ? 0 : Estimate(example).LogLikelihood);

        SpeedEstimate Estimate(ExampleJob example) => seen.Length == 0
            ? new(example.Prior, logSize, FreeSizeDeviation, seen)
            : new(example.Prior, example.LogTotal - example.LogEpochs, _options.SizeDeviation, seen);
    }

    private ExampleJob[] Compared(TargetJob job)
    {
        var compared = new List<ExampleJob>(_options.MaxCompared);
        foreach (var example in _latestFirst)
        {
            if (compared.Count == _options.MaxCompared)
            {
                break;
            }

            if (example.Uid != job.Uid)
            {
                compared.Add(example);
            }
        }

        return [.. compared];
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

    private static JobTraits TraitsOf(TargetJob job) =>
        new(LogEpochs(job), Math.Log(job.MinGpus), Math.Log(job.MaxGpus));

    /// <summary>How much alike two jobs are in what is told at their submission.</summary>
    private double Affinity(ExampleJob example, JobTraits job)
    {
        var epochs = (example.LogEpochs - job.LogEpochs) / _options.EpochsScale;
        var least = (example.LogLeast - job.LogLeast) / _options.RangeScale;
        var most = (example.LogMost - job.LogMost) / _options.RangeScale;
        return Math.Exp(-0.5 * (epochs * epochs + least * least + most * most)) + _options.StrangerWeight;
    }
}
