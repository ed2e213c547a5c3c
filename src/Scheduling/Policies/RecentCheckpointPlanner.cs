using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>One run of <see cref="RecentCheckpointPolicy"/>: mends, applies what was due, admits, scales up.</summary>
internal sealed class RecentCheckpointPlanner(
    LedgerState state, DateTimeOffset now, string? preferredUid, RecentCheckpointOptions options)
{
    private readonly ClusterDraft _draft = new(state);
    private readonly ImmutableArray<LedgerEntry> _entries = [.. state.Entries.Values];
    private readonly Dictionary<string, Decision> _decisions = new(StringComparer.Ordinal);

    /// <summary>
    /// Jobs that give up GPUs, by this plan or at their next checkpoint: they may be asked for more in the same plan.
    /// </summary>
    private readonly Dictionary<string, ScaleDown> _scaleDowns = new(StringComparer.Ordinal);

    private ScaleDownSearch? _search;

    public Plan Plan()
    {
        if (PlanForWaiting() is { } passed)
        {
            CancelScaleUps(passed);
        }
        else
        {
            ApplyScaleUps();
            ScaleUp();
        }

        return new([.. _decisions.Values.OrderBy(decision => decision.Uid, StringComparer.Ordinal)], NextWake());
    }

    /// <summary>The first running job that would be given more if it were asked for by its name; null: none.</summary>
    public LedgerEntry? ChooseScaleUp()
    {
        if (PlanForWaiting() is not null)
        {
            return null;
        }

        ApplyScaleUps();
        return ScaleUpChoice.Candidates(state).FirstOrDefault(entry => !_decisions.ContainsKey(entry.Uid)
            && _draft.MostThatFits(entry, entry.GpuCount + 1, entry.Claim.GpuLim) is not null);
    }

    /// <summary>The job that what is free from there on is kept for; null: none.</summary>
    private LedgerEntry? PlanForWaiting()
    {
        foreach (var entry in _entries.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding))
        {
            Mend(entry);
        }

        foreach (var entry in Pending(isShrinking: true))
        {
            ApplyScaleDown(entry, entry.Pending!);
        }

        return AdmitWaiting();
    }

    /// <summary>A job whose GPUs are gone, or whose range was changed under it.</summary>
    private void Mend(LedgerEntry entry)
    {
        if (!_draft.Exists(entry.Blocks))
        {
            Move(entry);
        }
        else if (entry.GpuCount > entry.Claim.GpuLim)
        {
            // A limit is the job's own word on what it can use: it holds at once, in every mode.
            SetSize(entry, (entry.Claim.GpuLim, ClusterDraft.Kept(entry.Blocks, entry.Claim.GpuLim)),
                $"scaled down from {entry.GpuCount} to {entry.Claim.GpuLim}: its limit was lowered");
        }
        else if (entry.GpuCount > entry.EffectiveLimit && !(entry.Pending?.GpuCount <= entry.EffectiveLimit))
        {
            Give(new(entry, entry.EffectiveLimit, []));
        }
    }

    private void Move(LedgerEntry entry)
    {
        var claim = entry.Claim;
        var most = Math.Min(entry.EffectiveLimit, Math.Max(entry.GpuCount, claim.GpuReq));
        // What waited for a checkpoint is void: the job is stopped now.
        _draft.Plan(entry, entry.Blocks);
        if (_draft.MostThatFits(entry, claim.GpuReq, most) is { } fit)
        {
            SetSize(entry, fit, $"moved from {entry.GpuCount} to {fit.GpuCount} GPUs: GPUs that it held are gone");
        }
        else
        {
            _draft.Plan(entry, []);
            var why = WhyNotPossible(claim) ?? (_draft.HasRoom(claim)
                ? $"the quota of {claim.Namespace} has room once they are given back"
                : "no others are free");
            _decisions[entry.Uid] = new Preempt(
                entry.Uid, $"waits for {PlanTexts.Gpus(claim)}: GPUs that it held are gone, and {why}");
        }
    }

    private List<LedgerEntry> Pending(bool isShrinking) =>
    [
        .. _entries.Where(entry => entry.Pending is { } pending
            && pending.GpuCount < entry.GpuCount == isShrinking && !_decisions.ContainsKey(entry.Uid)),
    ];

    private void ApplyScaleDown(LedgerEntry entry, PendingChange pending)
    {
        var isWanted = pending.ForUids.IsEmpty
            ? entry.GpuCount > entry.EffectiveLimit
            : pending.ForUids.All(uid => state.Entries.GetValueOrDefault(uid) is { IsWaiting: true });
        if (!isWanted)
        {
            // Those that still wait ask anew in this plan, and may need less.
            _draft.Plan(entry, entry.Blocks);
            _decisions[entry.Uid] = new CancelPending(entry.Uid, "nobody waits for its GPUs any more");
        }
        else
        {
            _scaleDowns[entry.Uid] = new(entry, pending.GpuCount, pending.ForUids);
            if (WhyNow(entry, pending) is { } why)
            {
                SetSize(
                    entry, (pending.GpuCount, ClusterDraft.Kept(entry.Blocks, pending.GpuCount)),
                    $"{pending.Reason} ({why})");
            }
        }
    }

    private void ApplyScaleUps()
    {
        foreach (var entry in Pending(isShrinking: false))
        {
            var pending = entry.Pending!;
            if (_draft.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit) is not { } fit)
            {
                _decisions[entry.Uid] = new CancelPending(entry.Uid, "the GPUs it was to get are needed elsewhere");
            }
            else
            {
                ApplyScaleUp(entry, pending, fit);
            }
        }
    }

    /// <summary>What fits may have changed since: then the words and the count that is promised change with it.</summary>
    private void ApplyScaleUp(
        LedgerEntry entry, PendingChange pending, (int GpuCount, ImmutableArray<GpuBlock> Blocks) fit)
    {
        var reason = fit.GpuCount == pending.GpuCount
            ? pending.Reason
            : PlanTexts.ScaledUp(
                entry, fit.GpuCount, _draft.FreeGpus, PlanTexts.IsAskedFor(pending.Reason), now);
        if (WhyNow(entry, pending) is { } why)
        {
            SetSize(entry, fit, $"{reason} ({why})");
            return;
        }

        _draft.Plan(entry, fit.Blocks);
        if (fit.GpuCount != pending.GpuCount)
        {
            _decisions[entry.Uid] = new Defer(entry.Uid, PendingAt(entry, fit.GpuCount, reason, pending));
        }
    }

    private void CancelScaleUps(LedgerEntry passed)
    {
        foreach (var entry in Pending(isShrinking: false))
        {
            _decisions[entry.Uid] = new CancelPending(entry.Uid, PlanTexts.KeptFor(passed.Claim));
        }
    }

    private string? WhyNow(LedgerEntry entry, PendingChange pending) =>
        entry.Claim.Notifications > pending.AfterNotifications ? "at its checkpoint"
        : now >= pending.DeadlineAt ? "no checkpoint came before the deadline"
        : !entry.IsSettledRunning ? "it is not running"
        : null;

    /// <summary>The job that was passed often enough: what is free from there on is kept for it; null: none.</summary>
    private LedgerEntry? AdmitWaiting()
    {
        LedgerEntry? passed = null;
        foreach (var entry in QueueOrder.Sort(_entries.Where(entry => entry.IsWaiting)))
        {
            if (passed is not null)
            {
                SetWait(entry, WhyNotPossible(entry.Claim) ?? PlanTexts.KeptFor(passed.Claim));
            }
            else if (!TryAdmit(entry) && !ReserveComing(entry) && !ScaleDownFor(entry))
            {
                // One that waits for its own namespace's quota, or that no cluster of this size can hold, keeps nobody
                // else waiting.
                var impossible = WhyNotPossible(entry.Claim);
                SetWait(entry, impossible ?? "no running job can give up enough");
                passed = impossible is null && entry.Overtaken >= options.MaxOvertakes ? entry : null;
            }
        }

        return passed;
    }

    private bool TryAdmit(LedgerEntry entry)
    {
        var claim = entry.Claim;
        if (_draft.MostThatFits(entry, claim.GpuReq, entry.EffectiveLimit) is { } fit)
        {
            var free = _draft.FreeGpus;
            _draft.Plan(entry, fit.Blocks);
            _decisions[entry.Uid] = new Admit(
                entry.Uid, fit.GpuCount, fit.Blocks, PlanTexts.Admitted(claim, fit.GpuCount, free));
            return true;
        }

        return false;
    }

    /// <summary>Why nothing that a job gives up would help; null: it would.</summary>
    private string? WhyNotPossible(JobClaim claim) =>
        !_draft.IsAllowed(claim) ? $"more than the quota of {claim.Namespace}"
        : !_draft.IsWithinQuota(claim) ? $"more than is left of the quota of {claim.Namespace}"
        : !_draft.CouldEverHold(claim) ? "more than the cluster has"
        : null;

    /// <summary>What it needs is on its way back already: nobody else need give up anything.</summary>
    private bool ReserveComing(LedgerEntry entry)
    {
        if (_draft.MostThatFits(entry, entry.Claim.GpuReq, entry.Claim.GpuReq, withComing: true) is not { } fit)
        {
            return false;
        }

        _draft.Plan(entry, fit.Blocks);
        SetWait(entry, "they are being given up by other jobs");
        return true;
    }

    private bool ScaleDownFor(LedgerEntry waiting)
    {
        _search ??= new(_draft, CanGive());
        var found = _search.Find(waiting.Claim);
        foreach (var (entry, gpuCount) in found)
        {
            var before = _scaleDowns.GetValueOrDefault(entry.Uid) ?? new(entry, entry.GpuCount, []);
            Give(before.Also(waiting.Uid, gpuCount));
            _search.Gave(entry.Uid, gpuCount);
        }

        return !found.IsEmpty && ReserveComing(waiting);
    }

    /// <summary>Running jobs over their least, most recent checkpoint first, with what they would have.</summary>
    private IEnumerable<(LedgerEntry Entry, int GpuCount)> CanGive() => _entries
        .Where(entry => entry.IsSettledRunning && entry.GpuCount > entry.Claim.GpuReq && MayChange(entry)
            && (_scaleDowns.ContainsKey(entry.Uid) || _decisions.GetValueOrDefault(entry.Uid) is null or CancelPending))
        .Select(entry => (Entry: entry, GpuCount: _scaleDowns.GetValueOrDefault(entry.Uid)?.GpuCount ?? entry.GpuCount))
        .Where(one => one.GpuCount > one.Entry.Claim.GpuReq)
        .OrderByDescending(one => one.Entry.Claim.LastCheckpointAt)
        .ThenBy(one => one.Entry.Claim.Added);

    private void ScaleUp()
    {
        var candidates = _entries
            .Where(entry => entry.IsSettledRunning && entry.Pending is null && !_decisions.ContainsKey(entry.Uid)
                && entry.GpuCount < entry.EffectiveLimit && (MayChange(entry) || entry.Uid == preferredUid))
            .OrderByDescending(entry => entry.Uid == preferredUid)
            .ThenByDescending(entry => entry.Claim.LastCheckpointAt)
            .ThenBy(entry => entry.Claim.Added);
        foreach (var entry in candidates)
        {
            if (_draft.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit) is not { } fit)
            {
                continue;
            }

            var reason = PlanTexts.ScaledUp(
                entry, fit.GpuCount, _draft.FreeGpus, entry.Uid == preferredUid, now);
            if (entry.Claim.IsAfterCheckpoint)
            {
                _draft.Plan(entry, fit.Blocks);
                _decisions[entry.Uid] = new Defer(entry.Uid, PendingAt(entry, fit.GpuCount, reason));
            }
            else
            {
                SetSize(entry, fit, reason);
            }
        }
    }

    /// <summary>Decides that a job gives up GPUs, instead of what was decided for it before.</summary>
    private void Give(ScaleDown scaleDown)
    {
        var (entry, gpuCount, forUids) = scaleDown;
        var kept = ClusterDraft.Kept(entry.Blocks, gpuCount);
        _draft.Plan(entry, kept);
        _scaleDowns[entry.Uid] = scaleDown;

        // A change that grows keeps its place: the job that asked first waits no longer because another asks too.
        var earlier = entry.Pending?.GpuCount < entry.GpuCount ? entry.Pending : null;
        var why = earlier is null ? null : WhyNow(entry, earlier);
        var reason = PlanTexts.ScaledDown(scaleDown, state, now);
        _decisions[entry.Uid] = why is null && entry.Claim.IsAfterCheckpoint && entry.IsSettledRunning
            ? new Defer(entry.Uid, PendingAt(entry, gpuCount, reason, earlier) with { ForUids = forUids })
            : new Resize(entry.Uid, gpuCount, kept, why is null ? reason : $"{reason} ({why})");
    }

    private void SetSize(LedgerEntry entry, (int GpuCount, ImmutableArray<GpuBlock> Blocks) fit, string reason)
    {
        _draft.Plan(entry, fit.Blocks);
        _decisions[entry.Uid] = new Resize(entry.Uid, fit.GpuCount, fit.Blocks, reason);
    }

    private void SetWait(LedgerEntry entry, string why)
    {
        var reason = $"waits for {PlanTexts.Gpus(entry.Claim)}: {why}";
        if (entry.Reason != reason)
        {
            _decisions[entry.Uid] = new Wait(entry.Uid, reason);
        }
    }

    private PendingChange PendingAt(LedgerEntry entry, int gpuCount, string reason, PendingChange? earlier = null) =>
        new()
        {
            GpuCount = gpuCount,
            AfterNotifications = earlier?.AfterNotifications ?? entry.Claim.Notifications,
            DeadlineAt = earlier?.DeadlineAt ?? now + entry.Claim.CheckpointDeadline,
            Reason = reason,
        };

    private bool MayChange(LedgerEntry entry) =>
        entry.Claim.MinRunTime <= TimeSpan.Zero || entry.Claim.RunningSince + entry.Claim.MinRunTime <= now;

    private DateTimeOffset? NextWake()
    {
        var deadlines = _entries
            .Where(entry => entry.Pending is not null && !_decisions.ContainsKey(entry.Uid))
            .Select(entry => entry.Pending!.DeadlineAt)
            .Concat(_decisions.Values.OfType<Defer>().Select(defer => defer.Change.DeadlineAt));
        var ripe = _entries
            .Where(entry => entry.IsSettledRunning && !MayChange(entry))
            .Select(entry => entry.Claim.RunningSince!.Value + entry.Claim.MinRunTime);
        var times = deadlines.Concat(ripe).ToList();
        return times.Count == 0 ? null : times.Min();
    }
}
