using System.Collections.Immutable;
using Sluice.Lab.Workloads;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Model;

/// <summary>
/// A job while it is played. Progress is reckoned from the last change, never added up, so that no error grows.
/// </summary>
internal sealed class LiveJob
{
    private readonly Scenario _scenario;
    private readonly int _least;
    private readonly int _most;
    private readonly bool _keepsStarts;
    private readonly ImmutableArray<Notification>.Builder _notifications =
        ImmutableArray.CreateBuilder<Notification>();

    private ImmutableArray<TrainingStretch> _history = [];
    private TargetJob? _view;
    private double _heldSince;
    private double _epochsAtResume;
    private double _speed;
    private double _attained;
    private int _starts;

    /// <param name="job">As it was recorded.</param>
    /// <param name="scenario">What may be done with it.</param>
    /// <param name="uid">Its name for the policy.</param>
    /// <param name="keepsStarts">As <see cref="LabPolicy.KeepsStarts"/>.</param>
    public LiveJob(WorkloadJob job, Scenario scenario, string uid, bool keepsStarts)
    {
        _keepsStarts = keepsStarts;
        Job = job;
        Uid = uid;
        _scenario = scenario;
        (_least, _most) = scenario.RangeOf(job);
        Curve = scenario.CurveOf(job);
        Levels = Curve.UsefulLevels(_least, _most);
        Speeds = [.. Levels.Select(Curve.At)];
        RestartSeconds = scenario.RestartSecondsOf(job);
        _heldSince = job.SubmittedAt;
    }

    public WorkloadJob Job { get; }

    public string Uid { get; }

    public SpeedCurve Curve { get; }

    public ImmutableArray<int> Levels { get; }

    public ImmutableArray<double> Speeds { get; }

    public double RestartSeconds { get; }

    public int HeldGpus { get; private set; }

    /// <summary>End of the restart that it is in, or was in last.</summary>
    public double ResumesAt { get; private set; }

    /// <summary>Whole epochs that are done.</summary>
    public int CompletedEpochs { get; private set; }

    /// <summary>When the next whole epoch is done: a notification, or the end. Infinite while it has no GPUs.</summary>
    public double NextEpochAt { get; private set; } = double.PositiveInfinity;

    public bool IsLastEpoch => CompletedEpochs + 1 >= Job.TotalEpochs;

    public double? FirstStartAt { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>GPU-seconds of work that changes undid.</summary>
    public double LostGpuSeconds { get; private set; }

    /// <summary>GPU-seconds without progress after changes.</summary>
    public double RestartGpuSeconds { get; private set; }

    public double HeldGpuSecondsAt(double now) => _attained + HeldGpus * (now - _heldSince);

    public double EpochsAt(double now) =>
        HeldGpus == 0 || now <= ResumesAt ? _epochsAtResume : _epochsAtResume + _speed * (now - ResumesAt);

    /// <summary>What a change now would undo.</summary>
    public double LossSecondsAt(double now) =>
        _scenario.IsLossy && _speed > 0 ? Math.Max(0, EpochsAt(now) - CompletedEpochs) / _speed : 0;

    /// <summary>A whole epoch is done.</summary>
    public void CompleteEpoch(double now)
    {
        CompletedEpochs++;
        _view = null;
        if (CompletedEpochs < Job.TotalEpochs)
        {
            Notify(now);
            SetNextEpoch();
        }
    }

    /// <summary>From now on it has that many GPUs, and restarts.</summary>
    public void Change(int gpuCount, double now)
    {
        Leave(now);
        HeldGpus = gpuCount;
        _speed = gpuCount == 0 ? 0 : Curve.At(gpuCount);
        ResumesAt = now + RestartSeconds;
        if (gpuCount > 0)
        {
            Restarts += FirstStartAt is null ? 0 : 1;
            FirstStartAt ??= now;
            _starts++;
            _history = TrainingHistory.Begin(_history, _starts, gpuCount, new(Time(now), CompletedEpochs));
        }

        SetNextEpoch();
    }

    /// <summary>Gives up what it holds, with what is lost by that.</summary>
    public void Leave(double now)
    {
        var loss = LossSecondsAt(now);
        LostGpuSeconds += loss * HeldGpus;
        RestartGpuSeconds += HeldGpus * (Math.Min(now, ResumesAt) - _heldSince);
        _epochsAtResume = _scenario.IsLossy ? CompletedEpochs : EpochsAt(now);
        _attained = HeldGpuSecondsAt(now);
        _history = TrainingHistory.End(_history, _starts, Time(now));
        _heldSince = now;
        HeldGpus = 0;
        _view = null;
    }

    /// <summary>What policies see of it.</summary>
    public TargetJob View => _view ??= new()
    {
        Uid = Uid,
        ArrivedAt = Job.SubmittedAt,
        MinGpus = _least,
        MaxGpus = _most,
        Replicas = Job.Replicas,
        LosesUnsavedWork = _scenario.IsLossy,
        MayBeSuspended = _scenario.AllowsSuspension,
        TotalEpochs = Job.TotalEpochs,
        HeldGpus = HeldGpus,
        // To the tick, as its notifications have it.
        HeldSince = _keepsStarts ? TargetJobs.Seconds(Time(_heldSince)) : _heldSince,
        HasStarted = FirstStartAt is not null,
        AttainedBefore = _attained,
        LongestSilence = _keepsStarts ? TargetJobs.LongestSilence(_history) : null,
        Notifications = _keepsStarts ? TargetJobs.Notifications(_history) : _notifications.ToImmutable(),
    };

    public JobTruth TruthAt(double now) => new(
        Curve,
        Levels,
        Speeds,
        Math.Max(0, Job.TotalEpochs - EpochsAt(now)),
        Math.Max(0, EpochsAt(now) - CompletedEpochs),
        LossSecondsAt(now),
        RestartSeconds,
        ResumesAt,
        Job.RigidGpus);

    private static DateTimeOffset Time(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    private void Notify(double now)
    {
        _history = TrainingHistory.Save(_history, _starts, new(Time(now), CompletedEpochs));
        if (_notifications.Count == Notification.MaxKept)
        {
            _notifications.RemoveAt(0);
        }

        _notifications.Add(new(now, CompletedEpochs, HeldGpus, _heldSince));
    }

    private void SetNextEpoch() => NextEpochAt = _speed == 0
        ? double.PositiveInfinity
        : ResumesAt + (CompletedEpochs + 1 - _epochsAtResume) / _speed;
}
