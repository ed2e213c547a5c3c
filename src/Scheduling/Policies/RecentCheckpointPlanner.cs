using System.Collections.Immutable;
using System.Globalization;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>One run of <see cref="RecentCheckpointPolicy"/>: mends, applies what was due, admits, scales up.</summary>
internal sealed class RecentCheckpointPlanner(
    LedgerState state, DateTimeOffset now, string? preferredUid, RecentCheckpointOptions options)
{
    private readonly ClusterDraft _draft = new(state);
    private readonly SortedDictionary<string, Decision> _decisions = new(StringComparer.Ordinal);

    /// <summary>What jobs that give up GPUs in this plan will keep: they may be asked for more in the same plan.</summary>
    private readonly Dictionary<string, (int GpuCount, ImmutableArray<GpuBlock> Blocks)> _shrunk =
        new(StringComparer.Ordinal);

    public Plan Plan()
    {
        foreach (var entry in state.Entries.Values.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding))
        {
            Mend(entry);
        }

        foreach (var entry in Pending(isShrinking: true))
        {
            ApplyShrink(entry, entry.Pending!);
        }

        AdmitWaiting();
        foreach (var entry in Pending(isShrinking: false))
        {
            ApplyGrowth(entry, entry.Pending!);
        }

        ScaleUp();
        return new([.. _decisions.Values], NextWake());
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
            SetSize(entry, (entry.Claim.GpuLim, _draft.Shrink(entry.Blocks, entry.Claim.GpuLim)),
                $"scaled down from {entry.GpuCount} to {entry.Claim.GpuLim}: its limit was lowered");
        }
        else if (entry.GpuCount > entry.EffectiveLimit && !(entry.Pending?.GpuCount <= entry.EffectiveLimit))
        {
            ShrinkTo(entry, entry.EffectiveLimit, forUid: null,
                $"scaled down from {entry.GpuCount} to {entry.EffectiveLimit}: it was asked for");
        }
    }

    private void Move(LedgerEntry entry)
    {
        var claim = entry.Claim;
        var most = Math.Min(entry.EffectiveLimit, Math.Max(entry.GpuCount, claim.GpuReq));
        if (_draft.MostThatFits(claim, claim.GpuReq, most, entry.Blocks) is { } fit)
        {
            SetSize(entry, fit, $"moved from {entry.GpuCount} to {fit.GpuCount} GPUs: GPUs that it held are gone");
        }
        else
        {
            _draft.Shrink(entry.Blocks, 0);
            _decisions[entry.Uid] = new Preempt(
                entry.Uid,
                $"waits for {GpuText(claim.GpuReq, claim.Replicas)}: GPUs that it held are gone, and no others are free");
        }
    }

    private List<LedgerEntry> Pending(bool isShrinking) =>
    [
        .. state.Entries.Values.Where(entry => entry.Pending is { } pending
            && pending.GpuCount < entry.GpuCount == isShrinking && !_decisions.ContainsKey(entry.Uid)),
    ];

    private void ApplyShrink(LedgerEntry entry, PendingChange pending)
    {
        var isWanted = pending.ForUid is { } forUid
            ? state.Entries.TryGetValue(forUid, out var waiting) && waiting.IsWaiting
            : entry.GpuCount > entry.EffectiveLimit;
        if (!isWanted)
        {
            _draft.Restore(entry.Blocks);
            _decisions[entry.Uid] = new CancelPending(entry.Uid, "nobody waits for its GPUs any more");
        }
        else if (WhyNow(entry, pending) is { } why)
        {
            SetSize(entry, (pending.GpuCount, _draft.Shrink(entry.Blocks, pending.GpuCount)), $"{pending.Reason} ({why})");
        }
    }

    private void ApplyGrowth(LedgerEntry entry, PendingChange pending)
    {
        if (_draft.MostThatFits(entry.Claim, entry.GpuCount + 1, entry.EffectiveLimit, entry.Blocks) is not { } fit)
        {
            _decisions[entry.Uid] = new CancelPending(entry.Uid, "the GPUs it was to get are needed elsewhere");
        }
        else if (WhyNow(entry, pending) is { } why)
        {
            SetSize(entry, fit, $"{pending.Reason} ({why})");
        }
        else
        {
            _draft.Take(entry.Claim, entry.Blocks, fit.Blocks);
        }
    }

    private string? WhyNow(LedgerEntry entry, PendingChange pending) =>
        entry.Claim.Notifications > pending.AfterNotifications ? "at its checkpoint"
        : now >= pending.DeadlineAt ? "no checkpoint came before the deadline"
        : !entry.IsSettledRunning ? "it is not running"
        : null;

    private void AdmitWaiting()
    {
        foreach (var entry in QueueOrder.Sort(state.Entries.Values.Where(entry => entry.IsWaiting)))
        {
            if (!TryAdmit(entry) && entry.Overtaken >= options.MaxOvertakes
                && _draft.CouldEverHold(entry.Claim) && _draft.IsWithinQuota(entry.Claim))
            {
                // It has been passed often enough: what is free from here on is kept for it. One that waits for its own
                // namespace's quota keeps nobody else waiting.
                return;
            }
        }
    }

    private bool TryAdmit(LedgerEntry entry)
    {
        var claim = entry.Claim;
        if (_decisions.ContainsKey(entry.Uid))
        {
            return false;
        }

        if (_draft.MostThatFits(claim, claim.GpuReq, entry.EffectiveLimit, own: []) is { } fit)
        {
            var free = _draft.FreeGpus;
            _draft.Take(claim, own: [], fit.Blocks);
            _decisions[entry.Uid] = new Admit(entry.Uid, fit.GpuCount, fit.Blocks,
                $"admitted with {fit.GpuCount} of {claim.GpuReq} to {claim.GpuLim} GPUs"
                + (claim.Replicas > 1 ? $" a replica, {claim.Replicas} replicas" : "") + $": {free} were free");
            return true;
        }

        if (ReserveComing(entry) || ShrinkOne(entry) || ShrinkSeveral(entry))
        {
            return false;
        }

        SetWait(entry, !_draft.IsWithinQuota(claim)
            ? $"waits for {GpuText(claim.GpuReq, claim.Replicas)}: more than is left of the quota of {claim.Namespace}"
            : _draft.CouldEverHold(claim)
            ? $"waits for {GpuText(claim.GpuReq, claim.Replicas)}: no running job can give up enough"
            : $"waits for {GpuText(claim.GpuReq, claim.Replicas)}: more than the cluster has");
        return false;
    }

    /// <summary>What it needs is on its way back already: nobody else need give up anything.</summary>
    private bool ReserveComing(LedgerEntry entry)
    {
        var claim = entry.Claim;
        if (_draft.MostThatFits(claim, claim.GpuReq, claim.GpuReq, own: [], withComing: true) is not { } fit)
        {
            return false;
        }

        _draft.Take(claim, own: [], fit.Blocks);
        SetWait(entry, $"waits for {GpuText(claim.GpuReq, claim.Replicas)}: they are being given up by other jobs");
        return true;
    }

    /// <summary>The job with the most recent checkpoint that alone can give up what is missing.</summary>
    private bool ShrinkOne(LedgerEntry waiting)
    {
        foreach (var victim in Victims())
        {
            var (count, blocks) = Current(victim);
            for (var target = count - 1; target >= victim.Claim.GpuReq; target--)
            {
                _draft.Shrink(blocks, target);
                if (Fits(waiting))
                {
                    ShrinkTo(victim, target, waiting.Uid, ShrinkReason(victim, count, target, waiting));
                    return ReserveComing(waiting);
                }

                _draft.Restore(blocks);
            }
        }

        return false;
    }

    /// <summary>Several jobs together, where no single one has enough.</summary>
    private bool ShrinkSeveral(LedgerEntry waiting)
    {
        var shrunk = new List<(LedgerEntry Entry, int From, ImmutableArray<GpuBlock> Blocks, int Target)>();
        foreach (var victim in Victims())
        {
            var (count, blocks) = Current(victim);
            for (var target = count - 1; target >= victim.Claim.GpuReq; target--)
            {
                _draft.Shrink(blocks, target);
                if (Fits(waiting))
                {
                    shrunk.Add((victim, count, blocks, target));
                    foreach (var part in shrunk)
                    {
                        ShrinkTo(part.Entry, part.Target, waiting.Uid,
                            ShrinkReason(part.Entry, part.From, part.Target, waiting));
                    }

                    return ReserveComing(waiting);
                }
            }

            if (count > victim.Claim.GpuReq)
            {
                shrunk.Add((victim, count, blocks, victim.Claim.GpuReq));
            }
        }

        foreach (var (_, _, blocks, _) in shrunk)
        {
            _draft.Restore(blocks);
        }

        return false;
    }

    private void ScaleUp()
    {
        var candidates = state.Entries.Values
            .Where(entry => entry.IsSettledRunning && entry.Pending is null && !_decisions.ContainsKey(entry.Uid)
                && entry.GpuCount < entry.EffectiveLimit && (MayChange(entry) || entry.Uid == preferredUid))
            .OrderByDescending(entry => entry.Uid == preferredUid)
            .ThenByDescending(entry => entry.Claim.LastCheckpointAt)
            .ThenBy(entry => entry.Claim.Added);
        foreach (var entry in candidates)
        {
            if (_draft.MostThatFits(entry.Claim, entry.GpuCount + 1, entry.EffectiveLimit, entry.Blocks) is not { } fit)
            {
                continue;
            }

            var reason = $"scaled up from {entry.GpuCount} to {fit.GpuCount}: {_draft.FreeGpus} GPUs were free, and "
                + (entry.Uid == preferredUid ? "it was asked for" : $"its checkpoint is the most recent ({Age(entry)})");
            if (entry.Claim.IsAfterCheckpoint)
            {
                _draft.Take(entry.Claim, entry.Blocks, fit.Blocks);
                _decisions[entry.Uid] = new Defer(entry.Uid, PendingAt(entry, fit.GpuCount, forUid: null, reason));
            }
            else
            {
                SetSize(entry, fit, reason);
            }
        }
    }

    private void ShrinkTo(LedgerEntry entry, int target, string? forUid, string reason)
    {
        var kept = _draft.Shrink(entry.Blocks, target);
        _shrunk[entry.Uid] = (target, kept);
        _decisions[entry.Uid] = entry.Claim.IsAfterCheckpoint && entry.IsSettledRunning
            ? new Defer(entry.Uid, PendingAt(entry, target, forUid, reason))
            : new Resize(entry.Uid, target, kept, reason);
    }

    private void SetSize(LedgerEntry entry, (int GpuCount, ImmutableArray<GpuBlock> Blocks) fit, string reason)
    {
        _draft.Take(entry.Claim, entry.Blocks, fit.Blocks);
        _decisions[entry.Uid] = new Resize(entry.Uid, fit.GpuCount, fit.Blocks, reason);
    }

    private void SetWait(LedgerEntry entry, string reason)
    {
        if (entry.Reason != reason)
        {
            _decisions[entry.Uid] = new Wait(entry.Uid, reason);
        }
    }

    private PendingChange PendingAt(LedgerEntry entry, int gpuCount, string? forUid, string reason) => new()
    {
        GpuCount = gpuCount,
        AfterNotifications = entry.Claim.Notifications,
        DeadlineAt = now + entry.Claim.CheckpointDeadline,
        ForUid = forUid,
        Reason = reason,
    };

    private bool Fits(LedgerEntry waiting) =>
        _draft.MostThatFits(waiting.Claim, waiting.Claim.GpuReq, waiting.Claim.GpuReq, own: [], withComing: true) is not null;

    private List<LedgerEntry> Victims() =>
    [
        .. state.Entries.Values
            .Where(entry => entry.IsSettledRunning && MayChange(entry) && Current(entry).GpuCount > entry.Claim.GpuReq
                && (entry.Pending is null || entry.Pending.GpuCount > entry.GpuCount)
                && (_shrunk.ContainsKey(entry.Uid) || !_decisions.ContainsKey(entry.Uid)))
            .OrderByDescending(entry => entry.Claim.LastCheckpointAt)
            .ThenBy(entry => entry.Claim.Added),
    ];

    private (int GpuCount, ImmutableArray<GpuBlock> Blocks) Current(LedgerEntry entry) =>
        _shrunk.TryGetValue(entry.Uid, out var kept) ? kept : (entry.GpuCount, entry.Blocks);

    private bool MayChange(LedgerEntry entry) =>
        entry.Claim.MinRunTime <= TimeSpan.Zero || entry.Claim.RunningSince + entry.Claim.MinRunTime <= now;

    private DateTimeOffset? NextWake()
    {
        var deadlines = state.Entries.Values
            .Where(entry => entry.Pending is not null && !_decisions.ContainsKey(entry.Uid))
            .Select(entry => entry.Pending!.DeadlineAt)
            .Concat(_decisions.Values.OfType<Defer>().Select(defer => defer.Change.DeadlineAt));
        var ripe = state.Entries.Values
            .Where(entry => entry.IsSettledRunning && !MayChange(entry))
            .Select(entry => entry.Claim.RunningSince!.Value + entry.Claim.MinRunTime);
        var times = deadlines.Concat(ripe).ToList();
        return times.Count == 0 ? null : times.Min();
    }

    private string ShrinkReason(LedgerEntry victim, int from, int target, LedgerEntry waiting) =>
        $"scaled down from {from} to {target}: {waiting.Claim.JobName} needs "
        + $"{GpuText(waiting.Claim.GpuReq, waiting.Claim.Replicas)}, and its checkpoint is the most recent ({Age(victim)})";

    private string Age(LedgerEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Max(0, now.ToUnixTimeMilliseconds() / 1000.0 - entry.Claim.LastCheckpointAt):F1} s ago");

    private static string GpuText(int gpuCount, int replicas) =>
        (replicas > 1 ? $"{replicas} × " : "") + (gpuCount == 1 ? "1 GPU" : $"{gpuCount} GPUs");
}
