using System.Collections.Immutable;
using Sluice.Lab.Workloads;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Model;

/// <summary>
/// Plays a workload against a policy. Time is continuous: it jumps from event to event, and all that happens at one
/// instant is one event. Nothing depends on anything but the arguments.
/// </summary>
public sealed class LabGame
{
    /// <summary>What lies closer together than this many seconds happens at one instant.</summary>
    private const double Instant = 1e-9;

    /// <summary>A policy that is asked again that often at one instant is taken to go round in circles.</summary>
    private const int MaxTimersAtOnce = 1000;

    private readonly Workload _workload;
    private readonly Scenario _scenario;
    private readonly LabCluster _cluster;
    private readonly ITargetPolicy _policy;
    private readonly LiveJob[] _jobs;
    private readonly List<LiveJob> _active = [];
    private readonly Dictionary<string, LiveJob> _byUid = new(StringComparer.Ordinal);
    private readonly List<LabDecision> _decisions = [];
    private readonly Dictionary<LiveJob, JobOutcome> _outcomes = [];

    // Those that the policy was not told of yet: while nobody is left, it is not asked.
    private readonly List<TargetJob> _completed = [];
    private readonly NodeMap? _nodes;

    private PolicyMemory _memory = PolicyMemory.None;
    private double _now;
    private double? _wakeAt;
    private int _submitted;
    private int _events;
    private int _timersAtOnce;

    private LabGame(Workload workload, Scenario scenario, LabCluster cluster, LabPolicy policy)
    {
        _workload = workload;
        _scenario = scenario;
        _cluster = cluster;
        _nodes = cluster.IsPacked ? new(cluster) : null;
        _jobs = [.. workload.Jobs.Select((job, index) => new LiveJob(job, scenario, Uid(index), policy.KeepsStarts))];
        _policy = policy.Create(new Oracle(this, policy), scenario);
        foreach (var job in _jobs)
        {
            _byUid[job.Uid] = job;
        }
    }

    /// <exception cref="InvalidOperationException">The policy broke a rule of the scenario, or leaves a job waiting for ever.</exception>
    public static LabRun Play(
        Workload workload,
        Scenario scenario,
        LabCluster cluster,
        LabPolicy policy,
        Action<int>? completed = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(policy);
        var game = new LabGame(workload, scenario, cluster, policy);
        while (game._outcomes.Count < workload.Jobs.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = game._outcomes.Count;
            game.Step();
            if (game._outcomes.Count > before)
            {
                completed?.Invoke(game._outcomes.Count);
            }
        }

        return new()
        {
            Workload = workload,
            Scenario = scenario,
            Policy = policy.Name,
            GpuCount = cluster.GpuCount,
            Jobs = [.. game._jobs.Select(job => game._outcomes[job])],
            Decisions = [.. game._decisions],
            Events = game._events,
        };
    }

    /// <summary>Tells nothing of what the job trains.</summary>
    private static string Uid(int index) => FormattableString.Invariant($"job-{index + 1:D5}");

    private void Step()
    {
        _now = NextTime();
        var cause = Happen();
        if (_active.Count == 0)
        {
            return;
        }

        _completed.Clear();
        _events++;
        var snapshot = new TargetSnapshot(
            _now, _cluster.GpuCount, _cluster.NodeGpus, [.. _active.Select(job => job.View)]);
        var plan = _policy.Plan(_memory, snapshot, cause);
        _memory = plan.Memory;
        _wakeAt = plan.WakeAt;
        Apply(plan.Targets);
    }

    private double NextTime()
    {
        var next = _submitted < _jobs.Length ? _jobs[_submitted].Job.SubmittedAt : double.PositiveInfinity;
        foreach (var job in _active)
        {
            next = Math.Min(next, job.NextEpochAt);
        }

        if (_wakeAt is { } wakeAt && _active.Count > 0)
        {
            next = Math.Min(next, Math.Max(wakeAt, _now));
            _timersAtOnce = wakeAt <= _now ? _timersAtOnce + 1 : 0;
            if (_timersAtOnce > MaxTimersAtOnce)
            {
                throw Broken("asks to be asked again at once, and again");
            }
        }

        return double.IsFinite(next)
            ? next
            : throw new InvalidOperationException(
                $"{_policy.Name} leaves {_active.Count} jobs of {_workload.Name} waiting for ever");
    }

    private PlanCause Happen()
    {
        var arrived = ImmutableArray.CreateBuilder<string>();
        var notified = ImmutableArray.CreateBuilder<string>();
        foreach (var job in _active.Where(job => job.NextEpochAt <= _now + Instant))
        {
            if (job.IsLastEpoch)
            {
                _completed.Add(Complete(job));
            }
            else
            {
                job.CompleteEpoch(_now);
                notified.Add(job.Uid);
            }
        }

        if (_completed.Count > 0)
        {
            _active.RemoveAll(_outcomes.ContainsKey);
        }

        while (_submitted < _jobs.Length && _jobs[_submitted].Job.SubmittedAt <= _now + Instant)
        {
            _active.Add(_jobs[_submitted]);
            arrived.Add(_jobs[_submitted].Uid);
            _submitted++;
        }

        return new()
        {
            Arrived = arrived.ToImmutable(),
            Completed = [.. _completed],
            Notified = notified.ToImmutable(),
            IsTimer = _wakeAt <= _now,
        };
    }

    private TargetJob Complete(LiveJob job)
    {
        job.CompleteEpoch(_now);
        var last = job.View;
        job.Leave(_now);
        _nodes?.Free(job.Uid);
        _outcomes[job] = new(
            job.Job,
            job.FirstStartAt!.Value,
            _now,
            job.Restarts,
            job.HeldGpuSecondsAt(_now),
            job.RestartGpuSeconds,
            job.LostGpuSeconds);
        return last;
    }

    private void Apply(ImmutableArray<JobTarget> targets)
    {
        var wanted = Wanted(targets);
        var held = _active.Sum(job => wanted.TryGetValue(job, out var target) ? target.GpuCount : job.HeldGpus);
        if (held > _cluster.GpuCount)
        {
            throw Broken($"gives {held} GPUs where there are {_cluster.GpuCount}");
        }

        // What is given up comes first: others may need the room.
        foreach (var (job, target) in wanted.OrderBy(one => one.Value.GpuCount >= one.Key.HeldGpus))
        {
            var gpuCount = _nodes is null
                ? target.GpuCount
                : _nodes.Fit(job.Uid, job.Job.Replicas, job.HeldGpus, target.GpuCount, _scenario.RangeOf(job.Job).Least);
            if (gpuCount != job.HeldGpus)
            {
                _decisions.Add(new(
                    _now,
                    Array.IndexOf(_jobs, job),
                    job.HeldGpus,
                    gpuCount,
                    job.HeldGpus == 0 ? 0 : job.LossSecondsAt(_now),
                    gpuCount == target.GpuCount
                        ? target.Reason
                        : $"{target.Reason}; it was to have {target.GpuCount}, and no more than {gpuCount} fit"));
                job.Change(gpuCount, _now);
            }
        }
    }

    /// <summary>What the policy wants changed, if it may, in its order.</summary>
    private OrderedDictionary<LiveJob, JobTarget> Wanted(ImmutableArray<JobTarget> targets)
    {
        var wanted = new OrderedDictionary<LiveJob, JobTarget>();
        foreach (var target in targets)
        {
            if (!_byUid.TryGetValue(target.Uid, out var job) || !_active.Contains(job) || !wanted.TryAdd(job, target))
            {
                throw Broken($"plans for {target.Uid}, which is not there or was planned for already");
            }

            if (target.GpuCount != job.HeldGpus)
            {
                Check(job, target.GpuCount);
            }
        }

        return wanted;
    }

    private void Check(LiveJob job, int gpuCount)
    {
        var (least, most) = _scenario.RangeOf(job.Job);
        // A gang is given whole replicas of what it is allowed; less than the least is nothing.
        least = _nodes is null ? least : Math.Min(least, 1);
        if (gpuCount != 0 && (gpuCount < least || gpuCount > most))
        {
            throw Broken($"gives {job.Job.Name} {gpuCount} GPUs where {least} to {most} are allowed");
        }

        if (gpuCount == 0 && !_scenario.AllowsSuspension)
        {
            throw Broken($"suspends {job.Job.Name}, which {_scenario.Name} does not allow");
        }
    }

    private InvalidOperationException Broken(string how) =>
        new(FormattableString.Invariant($"{_policy.Name} at {_now:F3} s of {_workload.Name}: {how}"));

    private sealed class Oracle(LabGame game, LabPolicy asker) : IWorkOracle
    {
        public JobTruth Read(string uid) => asker.Knowledge == Knowledge.Learned
            ? throw new InvalidOperationException($"{asker.Name} is to learn, and asks for the truth")
            : game._byUid[uid].TruthAt(game._now);
    }
}
