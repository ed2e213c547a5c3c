using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Speed;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>
/// Asks a target policy about a ledger. What is settled already in the same plan is shown to it as it will be, and
/// cannot be changed. The jobs of a namespace with a quota are first asked about by themselves, so that the quota is
/// divided by the same rule as the cluster.
/// </summary>
internal sealed class TargetQuestion
{
    private readonly ITargetPolicy _policy;
    private readonly double _now;
    private readonly EndedJobs _ended;
    private readonly int _gpuCount;
    private readonly int _nodeGpus;
    private readonly LedgerState _state;
    private readonly List<LedgerEntry> _jobs;
    private readonly Dictionary<string, int> _settled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutRoom = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _whyNot = new(StringComparer.Ordinal);
    private readonly TimeSpan _maxWait;

    /// <param name="policy">Who is asked.</param>
    /// <param name="plan">What is planned so far.</param>
    /// <param name="jobs">The jobs that it may give GPUs to.</param>
    /// <param name="maxWait">Who had to wait for longer must not be stopped before it has saved anything.</param>
    public TargetQuestion(ITargetPolicy policy, PlanDraft plan, IEnumerable<LedgerEntry> jobs, TimeSpan maxWait)
    {
        _maxWait = maxWait;
        (_policy, _state, _now) = (policy, plan.State, TargetJobs.Seconds(plan.Now));
        _ended = TargetJobs.Ended(plan.State);
        _gpuCount = plan.State.Nodes.Values.Sum(node => node.UsableGpus);
        _nodeGpus = Math.Max(1, plan.Cluster.LargestNode);
        _jobs = [.. jobs.OrderBy(entry => entry.Claim.Added).ThenBy(entry => entry.Uid, StringComparer.Ordinal)];
    }

    /// <summary>When the policy wants to be asked again though nothing happens; seconds; null: no need.</summary>
    public double? WakeAt { get; private set; }

    /// <summary>Why a waiting job was given nothing when its policy was asked last; null: it was not asked.</summary>
    public string? WhyNot(LedgerEntry entry) => _whyNot.GetValueOrDefault(entry.Uid);

    /// <summary>From now on the job has so many GPUs in all, whatever the policy says.</summary>
    public void Settle(LedgerEntry entry, int gpus) => _settled[entry.Uid] = gpus;

    /// <summary>There is no room for the waiting job. A policy that keeps an order goes on to reckon with it.</summary>
    public void SettleWithoutRoom(LedgerEntry entry)
    {
        Settle(entry, 0);
        if (_policy.KeepsOrder)
        {
            _withoutRoom.Add(entry.Uid);
        }
    }

    /// <summary>What each job is to have, where that is not what it holds: GPUs in all, and why.</summary>
    public OrderedDictionary<string, JobTarget> Ask()
    {
        var (jobs, shares) = WithinQuotas([.. _jobs.Where(entry => !IsLeftOut(entry)).Select(View)]);
        var targets = new OrderedDictionary<string, JobTarget>(StringComparer.Ordinal);
        if (jobs.Count == 0)
        {
            return targets;
        }

        var plan = Ask(_gpuCount, jobs);
        WakeAt = plan.WakeAt;
        foreach (var wait in plan.Waits)
        {
            _whyNot[wait.Uid] = wait.Reason;
        }

        foreach (var target in plan.Targets.Where(target => !_settled.ContainsKey(target.Uid)))
        {
            targets[target.Uid] = target with
            {
                GpuCount = Math.Min(target.GpuCount, shares.GetValueOrDefault(target.Uid, target).GpuCount),
            };
        }

        foreach (var job in jobs.Where(job => shares.TryGetValue(job.Uid, out var share)
            && share.GpuCount < job.HeldGpus && !targets.ContainsKey(job.Uid)))
        {
            targets[job.Uid] = shares[job.Uid];
        }

        return targets;
    }

    private TargetPlan Ask(int gpuCount, IEnumerable<TargetJob> jobs) =>
        _policy.Plan(_ended, new(_now, gpuCount, _nodeGpus, [.. jobs]), new() { IsTimer = true });

    /// <summary>It gets nothing in this plan, and holds nothing.</summary>
    private bool IsLeftOut(LedgerEntry entry) =>
        _settled.TryGetValue(entry.Uid, out var gpus) && gpus == 0 && !_withoutRoom.Contains(entry.Uid);

    private TargetJob View(LedgerEntry entry)
    {
        var job = TargetJobs.Of(entry);
        if (_withoutRoom.Contains(entry.Uid))
        {
            return job with { HasNoRoom = true };
        }

        return _settled.TryGetValue(entry.Uid, out var gpus)
            ? job with
            {
                HeldGpus = gpus,
                HasStarted = true,
                MinGpus = Math.Min(job.MinGpus, gpus),
                MaxGpus = Math.Max(job.MaxGpus, gpus),
                ChangeableFrom = double.PositiveInfinity,
            }
            : TargetJobs.MustRunOn(entry, _maxWait) ? job with { MustRunOn = true }
            : job;
    }

    /// <summary>The jobs, none of which may have more than its share of its namespace's quota; and these shares.</summary>
    private (List<TargetJob> Jobs, Dictionary<string, JobTarget> Shares) WithinQuotas(List<TargetJob> jobs)
    {
        var shares = new Dictionary<string, JobTarget>(StringComparer.Ordinal);
        if (_state.Quotas.IsEmpty)
        {
            return (jobs, shares);
        }

        foreach (var members in jobs.GroupBy(job => _state.Entries[job.Uid].Claim.Namespace))
        {
            if (_state.Quotas.TryGetValue(members.Key, out var quota)
                && members.Sum(job => (long)job.MaxGpus) > quota.GpuCount)
            {
                Divide(Math.Max(quota.GpuCount, members.Sum(job => job.HeldGpus)), [.. members], shares);
            }
        }

        return ([.. jobs.Select(job => Limit(job, shares)).OfType<TargetJob>()], shares);
    }

    private void Divide(int quota, List<TargetJob> members, Dictionary<string, JobTarget> shares)
    {
        foreach (var job in members)
        {
            shares[job.Uid] = new(job.Uid, job.HeldGpus, "");
        }

        foreach (var target in Ask(Math.Min(quota, _gpuCount), members).Targets)
        {
            if (!_settled.ContainsKey(target.Uid))
            {
                shares[target.Uid] = target;
            }
        }
    }

    private TargetJob? Limit(TargetJob job, Dictionary<string, JobTarget> shares)
    {
        if (job.HasNoRoom || !shares.TryGetValue(job.Uid, out var share))
        {
            return job;
        }

        if (share.GpuCount == 0 && job.HeldGpus == 0)
        {
            _whyNot[job.Uid] = $"others have the quota of {_state.Entries[job.Uid].Claim.Namespace} now";
            return null;
        }

        return job with { MaxGpus = Math.Max(job.MinGpus, share.GpuCount) };
    }
}
