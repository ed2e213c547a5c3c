using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Adaptive;

/// <summary>
/// A small world of made-up jobs that plays the adaptive policy and checks every plan. Each job has a true time of an
/// epoch, which the policy only sees in notifications.
/// </summary>
internal sealed class PolicyWorld(int seed, int gpuCount, bool maySuspend, AdaptiveOptions options)
{
    public const double RestartSeconds = 20;

    private readonly Random _random = new(seed);
    private readonly AdaptivePolicy _policy = new(new Scheduling.Speed.LearnedForecaster(new()), options);
    private readonly List<WorldJob> _jobs = [];
    private PolicyMemory _memory = PolicyMemory.None;
    private double? _wakeAt;

    public double Now { get; private set; }

    /// <summary>How long each job that has started waited for it.</summary>
    public List<double> Waits { get; } = [];

    public int Completed { get; private set; }

    /// <summary>Plans that left a job waiting that had waited for too long.</summary>
    public int PlansWithLate { get; private set; }

    /// <summary>Everything that was planned, in order.</summary>
    public List<string> History { get; } = [];

    public void Play(int jobs)
    {
        var submitted = 0;
        var nextArrival = 0.0;
        while (Completed < jobs)
        {
            var next = submitted < jobs ? nextArrival : double.PositiveInfinity;
            next = Math.Min(next, _jobs.Select(job => job.NextEpochAt).DefaultIfEmpty(double.PositiveInfinity).Min());
            next = Math.Min(next, _wakeAt is { } at ? Math.Max(at, Now) : double.PositiveInfinity);
            Assert.True(double.IsFinite(next), "jobs wait for ever");
            Now = next;
            var arrived = new List<string>();
            if (submitted < jobs && nextArrival <= Now)
            {
                _jobs.Add(NewJob(submitted++));
                arrived.Add(_jobs[^1].Uid);
                nextArrival = Now + _random.Next(1, 400);
            }

            var due = _jobs.Where(job => job.NextEpochAt <= Now).ToList();
            due.ForEach(job => job.CompleteEpoch(Now));
            var done = due.Where(job => job.IsDone).ToList();
            done.ForEach(job => _jobs.Remove(job));
            Completed += done.Count;
            Plan(new()
            {
                Arrived = [.. arrived],
                Completed = [.. done.Select(job => job.View)],
                Notified = [.. due.Except(done).Select(job => job.Uid)],
                IsTimer = _wakeAt <= Now,
            });
        }
    }

    private void Plan(PlanCause cause)
    {
        var snapshot = new TargetSnapshot(Now, gpuCount, 4, [.. _jobs.Select(job => job.View)]);
        var plan = _policy.Plan(_memory, snapshot, cause);
        AssertSame(plan, _policy.Plan(_memory, snapshot, cause));
        Assert.Equal(plan.Targets.Length, plan.Targets.Select(target => target.Uid).Distinct().Count());
        CheckLate(plan);
        foreach (var target in plan.Targets)
        {
            var job = _jobs.Single(job => job.Uid == target.Uid);
            Check(job, target);
            if (!job.View.HasStarted)
            {
                Waits.Add(Now - job.View.ArrivedAt);
            }

            job.Change(target.GpuCount, Now);
            History.Add(FormattableString.Invariant($"{Now:R} {target.Uid} {target.GpuCount} {target.Reason}"));
        }

        Assert.InRange(_jobs.Sum(job => job.View.HeldGpus), 0, gpuCount);
        (_memory, _wakeAt) = (plan.Memory, plan.WakeAt);
    }

    private void Check(WorldJob job, JobTarget target)
    {
        var view = job.View;
        Assert.NotEqual(view.HeldGpus, target.GpuCount);
        Assert.Equal(0, target.GpuCount % view.Replicas);
        Assert.True(target.GpuCount == 0 || (target.GpuCount >= view.MinGpus && target.GpuCount <= view.MaxGpus));
        Assert.True(target.GpuCount > 0 || maySuspend || !view.HasStarted, "a job fell below what it must keep");
        Assert.True(view.HeldGpus == 0 || Now >= view.ChangeableFrom, "a job was changed within its minimum run time");
        Assert.Contains(" s", target.Reason, StringComparison.Ordinal);
    }

    /// <summary>Nobody starts who has waited less than one that has waited for too long, and goes on to.</summary>
    private void CheckLate(TargetPlan plan)
    {
        var started = plan.Targets.Select(target => target.Uid).ToHashSet();
        var waiting = _jobs.Select(job => job.View).Where(view => view.HeldGpus == 0).ToList();
        var late = waiting.Where(view => Now >= view.HeldSince + options.MaxWaitSeconds && !started.Contains(view.Uid))
            .ToList();
        PlansWithLate += late.Count > 0 ? 1 : 0;
        Assert.DoesNotContain(
            waiting.Where(view => started.Contains(view.Uid)),
            view => late.Exists(other => other.HeldSince < view.HeldSince));
    }

    private static void AssertSame(TargetPlan one, TargetPlan other)
    {
        Assert.True(one.Targets.SequenceEqual(other.Targets), "the same snapshot gave another plan");
        Assert.Equal(one.WakeAt, other.WakeAt);
    }

    private WorldJob NewJob(int number)
    {
        var replicas = _random.Next(4) == 0 ? 2 : 1;
        var least = replicas * _random.Next(1, 4);
        return new(
            new()
            {
                Uid = $"job-{number:D4}",
                ArrivedAt = Now,
                HeldSince = Now,
                MinGpus = least,
                MaxGpus = least * _random.Next(1, 5),
                Replicas = replicas,
                Priority = _random.Next(3),
                MayBeSuspended = maySuspend,
                LosesUnsavedWork = _random.Next(2) == 0,
                TotalEpochs = _random.Next(1, 12),
            },
            secondsPerEpoch: _random.Next(20, 800),
            minRunSeconds: _random.Next(3) == 0 ? 60 : 0);
    }

    private sealed class WorldJob(TargetJob job, double secondsPerEpoch, double minRunSeconds)
    {
        private double _doneAtResume;
        private double _resumesAt;

        public TargetJob View { get; private set; } = job;

        public string Uid => View.Uid;

        public double NextEpochAt { get; private set; } = double.PositiveInfinity;

        public bool IsDone { get; private set; }

        public void CompleteEpoch(double now)
        {
            var epochs = View.CompletedEpochs + 1;
            IsDone = epochs >= View.TotalEpochs;
            if (!IsDone)
            {
                View = View with
                {
                    Notifications = View.Notifications.Add(new(now, epochs, View.HeldGpus, View.HeldSince)),
                };
                (_doneAtResume, _resumesAt) = (epochs, now);
                NextEpochAt = now + 1 / Speed;
            }
        }

        public void Change(int gpus, double now)
        {
            var done = _doneAtResume + (View.HeldGpus == 0 ? 0 : Math.Max(0, now - _resumesAt) * Speed);
            _doneAtResume = View.LosesUnsavedWork ? View.CompletedEpochs : done;
            _resumesAt = now + RestartSeconds;
            View = View with
            {
                AttainedBefore = View.AttainedAt(now),
                HeldGpus = gpus,
                HeldSince = now,
                HasStarted = View.HasStarted || gpus > 0,
                ChangeableFrom = now + minRunSeconds,
            };
            NextEpochAt = gpus == 0
                ? double.PositiveInfinity
                : _resumesAt + Math.Max(0, View.CompletedEpochs + 1 - _doneAtResume) / Speed;
        }

        private double Speed => Math.Pow(View.HeldGpus, 0.8) / secondsPerEpoch;
    }
}
