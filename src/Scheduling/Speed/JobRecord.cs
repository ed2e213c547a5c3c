using System.Collections.Immutable;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>What one job has shown so far: seconds an epoch where it ran, and of its restarts. Immutable.</summary>
public sealed record JobRecord
{
    /// <summary>Of epochs that nothing disturbed; logarithm.</summary>
    private const double CleanDeviation = 0.03;

    /// <summary>How uncertain a restart is, and work that was estimated: as a share of it.</summary>
    private const double RoughShare = 0.3;

    private const double LeastRoughDeviation = 0.05;
    private const double MostRoughDeviation = 0.5;

    /// <summary>Epochs that the mean of a count is over, the latest counting most: speeds drift.</summary>
    private const int MaxAveraged = 8;

    private ImmutableDictionary<int, int> _averaged = ImmutableDictionary<int, int>.Empty;
    private double _firstSeconds;
    private int _firstEpochs;
    private double _heldSince = double.NaN;
    private int _heldGpus;

    /// <summary>Of a job that has shown nothing.</summary>
    public static JobRecord Nothing { get; } = new();

    /// <summary>By count, each once.</summary>
    public ImmutableArray<CountSeen> Seen { get; private init; } = [];

    /// <summary>Restarts that could be told apart from work.</summary>
    public int RestartCount { get; private init; }

    /// <summary>All of these together; seconds.</summary>
    public double RestartSum { get; private init; }

    /// <summary>Work on the present epoch before the last change, where that was not undone.</summary>
    public ImmutableArray<(int Gpus, double Seconds)> Before { get; private init; } = [];

    /// <summary>What the notifications of a job showed, one after the other.</summary>
    /// <param name="job">As it is.</param>
    /// <param name="usual">What is expected of any job.</param>
    /// <param name="others">What others tell of it.</param>
    /// <param name="options">How what one job shows is carried over to others.</param>
    /// <param name="logSize">Natural logarithm of the seconds of an epoch with one GPU, by what others tell.</param>
    internal static JobRecord Read(
        TargetJob job, CurvePrior usual, Resemblance others, LearningOptions options, Lazy<double> logSize)
    {
        var record = Nothing;
        Notification? previous = null;
        foreach (var last in job.Notifications)
        {
            var restart = record.RestartSeconds(others.RestartSeconds, options.UsualRestartWeight);
            var then = job with
            {
                HeldGpus = last.HeldGpus,
                HeldSince = last.HeldSince,
                Notifications = previous is { } before ? [before, last] : [last],
            };
            var seen = record.Follow(then, previous?.At, restart);
            var expected = new Lazy<SpeedEstimate>(() => new(usual, logSize.Value, 1.5, [.. seen.Seen]));
            record = seen.Learn(then, restart, gpus => expected.Value.SecondsPerEpoch(gpus));
            previous = last;
        }

        return record.Follow(
            job, previous?.At, record.RestartSeconds(others.RestartSeconds, options.UsualRestartWeight));
    }

    /// <summary>Seconds of a restart.</summary>
    /// <param name="usual">Of jobs in general.</param>
    /// <param name="weight">Own measurements that the usual one weighs as much as; more than 0.</param>
    public double RestartSeconds(double usual, double weight) =>
        (RestartSum + weight * usual) / (RestartCount + weight);

    /// <summary>Part of the present epoch that was done before the last change.</summary>
    public double CarriedEpochs(Func<int, double> secondsPerEpoch)
    {
        ArgumentNullException.ThrowIfNull(secondsPerEpoch);
        var epochs = 0.0;
        foreach (var (gpus, seconds) in Before)
        {
            epochs += seconds / secondsPerEpoch(gpus);
        }

        return epochs;
    }

    /// <summary>Takes in that the job was changed, where it was, since the last look.</summary>
    /// <param name="job">As it is.</param>
    /// <param name="lastNotifiedAt">When it notified last before the change; null: never.</param>
    /// <param name="restartSeconds">As estimated.</param>
    public JobRecord Follow(TargetJob job, double? lastNotifiedAt, double restartSeconds)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.HeldSince.Equals(_heldSince))
        {
            return this;
        }

        var from = Math.Max(_heldSince + restartSeconds, lastNotifiedAt ?? double.NegativeInfinity);
        var before = job.LosesUnsavedWork ? [] : Before;
        if (!job.LosesUnsavedWork && _heldGpus > 0 && job.HeldSince > from)
        {
            var worked = before.Where(part => part.Gpus == _heldGpus).Sum(part => part.Seconds);
            before = before.RemoveAll(part => part.Gpus == _heldGpus).Add((_heldGpus, worked + job.HeldSince - from));
        }

        return this with { _heldSince = job.HeldSince, _heldGpus = job.HeldGpus, Before = before };
    }

    /// <summary>Takes in the last notification.</summary>
    /// <param name="job">As it is.</param>
    /// <param name="restartSeconds">As estimated.</param>
    /// <param name="secondsPerEpoch">By count, as estimated before.</param>
    public JobRecord Learn(TargetJob job, double restartSeconds, Func<int, double> secondsPerEpoch)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(secondsPerEpoch);
        var last = job.Notifications[^1];
        var previous = job.Notifications.Length > 1 ? job.Notifications[^2] : (Notification?)null;
        var isFirst = previous?.HeldSince.Equals(last.HeldSince) != true;
        var before = (isFirst ? last.EpochsBefore : null) ?? previous?.CompletedEpochs ?? 0;
        var epochs = last.CompletedEpochs - before;
        if (epochs <= 0 || previous is { } one && one.At >= last.At)
        {
            return this;
        }

        return previous is { } clean && !isFirst
            ? LearnClean(last.HeldGpus, (last.At - clean.At) / epochs)
            : LearnFirst(last, epochs, restartSeconds, secondsPerEpoch);
    }

    /// <summary>Whole epochs at one count; they also tell how long the restart before them took.</summary>
    private JobRecord LearnClean(int gpus, double seconds)
    {
        var count = Math.Min(_averaged.GetValueOrDefault(gpus) + 1, MaxAveraged);
        var log = Math.Log(seconds);
        foreach (var seen in Seen)
        {
            log = seen.Gpus == gpus && count > 1 ? seen.LogSeconds + (log - seen.LogSeconds) / count : log;
        }

        return this with
        {
            Seen = Seen.RemoveAll(seen => seen.Gpus == gpus).Add(new(gpus, log, CleanDeviation)),
            RestartSum = RestartSum + (_firstSeconds > 0 ? Math.Max(0, _firstSeconds - _firstEpochs * seconds) : 0),
            RestartCount = RestartCount + (_firstSeconds > 0 ? 1 : 0),
            Before = [],
            _averaged = _averaged.SetItem(gpus, count),
            _firstSeconds = 0,
        };
    }

    /// <summary>The first notification after a change: restart, work and what was carried over together.</summary>
    private JobRecord LearnFirst(
        Notification last, int epochs, double restartSeconds, Func<int, double> secondsPerEpoch)
    {
        var seconds = last.At - last.HeldSince;
        var carried = CarriedEpochs(secondsPerEpoch);
        var worked = Math.Max(seconds - restartSeconds, 0.1 * seconds);
        var done = worked / secondsPerEpoch(last.HeldGpus);
        var next = this with { Before = [], _firstSeconds = carried > 0 ? 0 : seconds, _firstEpochs = epochs };
        if (_averaged.ContainsKey(last.HeldGpus) || worked <= 0
            || (!Seen.IsEmpty && done < RoughShare * (carried + done)))
        {
            return next;
        }

        // All that was done together is so many epochs: the estimate is off by that factor.
        var log = Math.Log(secondsPerEpoch(last.HeldGpus) * (carried + done) / epochs);
        var deviation = RoughShare * (restartSeconds / worked + carried / (carried + done));
        return next with
        {
            Seen = Seen.RemoveAll(seen => seen.Gpus == last.HeldGpus).Add(new(
                last.HeldGpus, log, Math.Clamp(deviation, LeastRoughDeviation, MostRoughDeviation))),
        };
    }
}
