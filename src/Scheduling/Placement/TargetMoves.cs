using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>Starts and changes of one plan: room is found for each, and may be taken back before all are decided.</summary>
internal sealed class TargetMoves(PlanDraft plan)
{
    /// <summary>A job that notified within that time stands at its checkpoint.</summary>
    public const double CheckpointSeconds = 1;

    /// <summary>Jobs that are looked at to find one that could use what another gives up.</summary>
    private const int MaxBeneficiaries = 32;

    private readonly ClusterDraft _cluster = plan.Cluster;
    private readonly OrderedDictionary<string, Move> _moves = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reserved = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unplaced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wereUnplaced = new(StringComparer.Ordinal);
    private bool _hasDeferred;

    /// <summary>There was not room for all that was asked for.</summary>
    public bool HasUnplaced => _unplaced.Count > 0;

    public bool IsMoved(LedgerEntry entry) => _moves.ContainsKey(entry.Uid) || _reserved.Contains(entry.Uid);

    public bool IsReserved(LedgerEntry entry) => _reserved.Contains(entry.Uid);

    public bool IsUnplaced(LedgerEntry entry) => _unplaced.Contains(entry.Uid);

    public bool WasUnplaced(LedgerEntry entry) => _wereUnplaced.Contains(entry.Uid);

    /// <summary>It is given nothing more in this plan, room or not.</summary>
    public void LeaveOut(LedgerEntry entry) => _unplaced.Add(entry.Uid);

    public void ForgetUnplaced() => _unplaced.Clear();

    /// <summary>GPUs in all that it is to have.</summary>
    public int GpusOf(LedgerEntry entry) => _cluster.PlannedFor(entry).Sum(block => block.Gpus.Length);

    /// <summary>
    /// Lets a waiting job in with as many as fit of what it is to have; or keeps for it what others are giving up.
    /// </summary>
    /// <returns>False: there is no room.</returns>
    public bool Start(LedgerEntry entry, JobTarget target)
    {
        var least = entry.Claim.GpuReq;
        var most = Math.Clamp(target.GpuCount / entry.Claim.Replicas, least, entry.EffectiveLimit);
        return Find(entry, Math.Max(least, Math.Min(1, most)), most, target);
    }

    /// <summary>Gives a running job as many more as fit of what it is to have.</summary>
    public void Grow(LedgerEntry entry, JobTarget target)
    {
        var most = Math.Min(target.GpuCount / entry.Claim.Replicas, entry.EffectiveLimit);
        if (most > entry.GpuCount)
        {
            Find(entry, entry.GpuCount + 1, most, target);
        }
    }

    /// <summary>Gives a running job that a person asked for as many more as are free.</summary>
    public void GrowAsAskedFor(LedgerEntry entry)
    {
        if (entry.IsSettledRunning && !IsMoved(entry) && !plan.IsDecided(entry)
            && _cluster.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit) is { } fit)
        {
            var free = _cluster.FreeGpus;
            Put(new(entry, fit.GpuCount, fit.Blocks, PlanTexts.ScaledUp(entry, fit.GpuCount, free, true, plan.Now)));
        }
    }

    /// <summary>A running job is to give up GPUs.</summary>
    /// <param name="entry">The job.</param>
    /// <param name="gpuCount">GPUs a replica that it keeps.</param>
    /// <param name="target">Why.</param>
    /// <param name="isAskedFor">True: a person asked for it; it is done whether or not another job can use them.</param>
    public void Shrink(LedgerEntry entry, int gpuCount, JobTarget target, bool isAskedFor = false)
    {
        var kept = gpuCount < entry.Claim.GpuReq && TargetJobs.MayHaveNone(entry) ? 0
            : Math.Max(gpuCount, Math.Min(entry.Claim.GpuReq, entry.GpuCount));
        if (kept < entry.GpuCount)
        {
            Put(new(
                entry, kept, ClusterDraft.Kept(entry.Blocks, kept),
                isAskedFor ? PlanTexts.ScaledDown(new(entry, kept, []), plan.State, plan.Now)
                : kept == 0 && entry.Claim.GpuReq > 0 ? TargetTexts.Suspended(entry, target)
                : TargetTexts.Resized(entry, kept, target))
            {
                IsKept = isAskedFor,
            });
        }
    }

    /// <summary>A running job gives up GPUs for one that has waited for too long.</summary>
    public void ShrinkForLate(LedgerEntry entry, int gpuCount, JobClaim late, double waitedSeconds) => Put(new(
        entry, gpuCount, ClusterDraft.Kept(entry.Blocks, gpuCount),
        TargetTexts.GivenForLate(entry, gpuCount, late, waitedSeconds)));

    /// <summary>Running jobs above their least, most recent checkpoint first, with what they are to have.</summary>
    public IEnumerable<(LedgerEntry Entry, int GpuCount)> CanGive() => plan.Entries
        .Where(entry => entry.IsSettledRunning && plan.MayChange(entry) && !plan.IsDecided(entry))
        .Select(entry => (Entry: entry, GpuCount: _moves.TryGetValue(entry.Uid, out var move)
            ? move.GpuCount
            : entry.GpuCount))
        .Where(one => one.GpuCount > one.Entry.Claim.GpuReq && one.GpuCount <= one.Entry.GpuCount)
        .OrderByDescending(one => one.Entry.Claim.LastCheckpointAt)
        .ThenBy(one => one.Entry.Claim.Added);

    /// <summary>What was to be given up, and no other job can have, is kept.</summary>
    public void TakeBackWhatNobodyUses()
    {
        foreach (var move in _moves.Values.Where(move => move.IsShrinking && !move.IsKept).Reverse().ToList())
        {
            if (_cluster.CanKeep(move.Entry) && !(IsAtCheckpoint(move.Entry) && HelpsAnother(move)))
            {
                _cluster.Plan(move.Entry, move.Entry.Blocks);
                _moves.Remove(move.Entry.Uid);
                // It is not to be asked for it again in this plan.
                _unplaced.Add(move.Entry.Uid);
            }
        }
    }

    public void Decide()
    {
        foreach (var entry in plan.Entries.Where(entry => entry.Pending is not null && !plan.IsDecided(entry)))
        {
            if (!_moves.ContainsKey(entry.Uid))
            {
                plan.Decide(new CancelPending(entry.Uid, "its GPUs are better used as they are"));
            }
        }

        foreach (var move in _moves.Values)
        {
            Decide(move);
        }

        // What is kept for a running job to grow into is nobody's yet, and no reason for others to wait.
        foreach (var entry in plan.Entries.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding
            && plan.DecisionFor(entry) is null or Defer or CancelPending
            && GpusOf(entry) > entry.GpuCount * entry.Claim.Replicas))
        {
            _cluster.Plan(entry, entry.Blocks);
        }
    }

    private void Decide(Move move)
    {
        var entry = move.Entry;
        if (!entry.IsAdmitted)
        {
            plan.Decide(new Admit(entry.Uid, move.GpuCount, move.Blocks, move.Reason));
            return;
        }

        var earlier = entry.Pending is { } pending && pending.GpuCount < entry.GpuCount == move.IsShrinking
            ? entry.Pending
            : null;
        var why = earlier is not null && plan.WhyNow(entry, earlier) is { } now ? now
            : IsAtCheckpoint(entry) ? "at its checkpoint"
            : null;
        if (entry.Claim.IsAfterCheckpoint && entry.IsSettledRunning && why is null)
        {
            if (earlier?.GpuCount != move.GpuCount)
            {
                plan.Decide(new Defer(entry.Uid, plan.PendingAt(entry, move.GpuCount, move.Reason, earlier)));
            }
        }
        else if (IsFree(move))
        {
            var reason = why is null ? move.Reason : $"{move.Reason} ({why})";
            plan.Decide(move.GpuCount == 0 && entry.Claim.GpuReq > 0
                ? new Preempt(entry.Uid, reason)
                : new Resize(entry.Uid, move.GpuCount, move.Blocks, reason));
        }
        else if (entry.Pending is not null)
        {
            plan.Decide(new CancelPending(entry.Uid, "the GPUs it was to get are not free yet"));
        }
    }

    /// <summary>All that it is to have is there now.</summary>
    private static bool IsFree(Move move) => move.IsShrinking || move.IsFree;

    private bool Find(LedgerEntry entry, int least, int most, JobTarget target)
    {
        var free = _cluster.MostThatFits(entry, least, most);
        // Once a growth is due it is made with what there is: more may be coming for ever.
        var coming = free?.GpuCount == most || (free is not null && IsDue(entry))
            ? null
            : _cluster.MostThatFits(entry, least, most, withComing: true);
        if (entry.IsAdmitted && entry.Claim.IsAfterCheckpoint && !IsAtCheckpoint(entry) && coming is { } later)
        {
            // At its checkpoint they may be there.
            Put(Move.Of(entry, later, target) with { IsFree = false });
            return true;
        }

        // What comes at once is worth waiting for; what comes with a checkpoint may take long.
        if (coming is { } more && (free is null || (more.GpuCount > free.Value.GpuCount && !_hasDeferred)))
        {
            _cluster.Plan(entry, more.Blocks);
            _reserved.Add(entry.Uid);
            return true;
        }

        if (free is not { } fit)
        {
            _unplaced.Add(entry.Uid);
            _wereUnplaced.Add(entry.Uid);
            return false;
        }

        Put(Move.Of(entry, fit, target));
        if (fit.GpuCount < most)
        {
            _unplaced.Add(entry.Uid);
        }

        return true;
    }

    /// <summary>A growth that waited for a checkpoint is made now, with what there is.</summary>
    private bool IsDue(LedgerEntry entry) => entry is { IsAdmitted: true, Pending: { } pending }
        && pending.GpuCount > entry.GpuCount && plan.WhyNow(entry, pending) is not null;

    private void Put(Move move)
    {
        _cluster.Plan(move.Entry, move.Blocks);
        _moves[move.Entry.Uid] = move;
        _hasDeferred |= move.IsShrinking && move.Entry.Claim.IsAfterCheckpoint && !IsAtCheckpoint(move.Entry);
    }

    private bool IsAtCheckpoint(LedgerEntry entry)
    {
        var now = TargetJobs.Seconds(plan.Now);
        return entry.IsSettledRunning && TargetJobs.Of(entry).Notifications is [.., var last]
            && last.HeldSince.Equals(TargetJobs.Of(entry).HeldSince) && now - last.At <= CheckpointSeconds;
    }

    /// <summary>True where a running job can have more if this one gives up what it is to give up.</summary>
    private bool HelpsAnother(Move move)
    {
        foreach (var other in plan.Entries
            .Where(other => other.IsSettledRunning && other.Uid != move.Entry.Uid && !IsMoved(other)
                && !plan.IsDecided(other) && other.GpuCount < other.EffectiveLimit)
            .Take(MaxBeneficiaries))
        {
            var with = MostFor(other);
            _cluster.Plan(move.Entry, move.Entry.Blocks);
            var without = MostFor(other);
            _cluster.Plan(move.Entry, move.Blocks);
            if (with > without)
            {
                return true;
            }
        }

        return false;
    }

    private int MostFor(LedgerEntry entry) =>
        _cluster.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit, withComing: true)?.GpuCount
        ?? entry.GpuCount;

    /// <param name="Entry">As it is in the ledger.</param>
    /// <param name="GpuCount">GPUs a replica that it is to have.</param>
    /// <param name="Blocks">Where.</param>
    /// <param name="Reason">In words and numbers.</param>
    private sealed record Move(LedgerEntry Entry, int GpuCount, ImmutableArray<GpuBlock> Blocks, string Reason)
    {
        /// <summary>False: some of it is still held by others.</summary>
        public bool IsFree { get; init; } = true;

        /// <summary>True: it is made whether or not anybody can use what it gives up.</summary>
        public bool IsKept { get; init; }

        public bool IsShrinking => Entry.IsAdmitted && GpuCount < Entry.GpuCount;

        public static Move Of(LedgerEntry entry, (int GpuCount, ImmutableArray<GpuBlock> Blocks) fit, JobTarget target) =>
            new(entry, fit.GpuCount, fit.Blocks, entry.IsAdmitted
                ? TargetTexts.Resized(entry, fit.GpuCount, target)
                : TargetTexts.Admitted(entry.Claim, fit.GpuCount, target));
    }
}
