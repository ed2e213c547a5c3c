using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>
/// One run of <see cref="TargetedPolicy"/>: mends, asks how many each job is to have, finds room for it, takes back
/// what nobody can use, asks again for what is left over, and decides.
/// </summary>
internal sealed class TargetPlanner
{
    /// <summary>Questions a plan: what had no room in one is left out of the next.</summary>
    private const int MaxQuestions = 3;

    private readonly ITargetPolicy _policy;
    private readonly TargetedOptions _options;
    private readonly PlanDraft _plan;
    private readonly ClusterDraft _cluster;
    private readonly Mending _mending;
    private readonly TargetMoves _moves;
    private readonly LateJobs _late;
    private TargetQuestion? _question;
    private bool _hasFirstWithoutRoom;

    public TargetPlanner(LedgerState state, DateTimeOffset now, ITargetPolicy policy, TargetedOptions options)
    {
        (_policy, _options) = (policy, options);
        _plan = new(state, now);
        _cluster = _plan.Cluster;
        _mending = new(_plan);
        _moves = new(_plan);
        _late = new(_plan, options);
    }

    public Plan Plan(string? preferredUid)
    {
        var wakeAt = Draft(preferredUid);
        _moves.Decide();
        SayWhyTheyWait();
        var plan = _plan.ToPlan();
        return plan with { WakeAt = Earliest([plan.WakeAt, wakeAt, _late.NextAt()]) };
    }

    /// <summary>The first running job that would be given more if it were asked for by its name; null: none.</summary>
    public LedgerEntry? ChooseScaleUp()
    {
        Draft(preferredUid: null);
        return _late.First is not null
            ? null
            : ScaleUpChoice.Candidates(_plan.State).FirstOrDefault(entry => !_moves.IsMoved(entry)
                && !_plan.IsDecided(entry) && _late.Before(entry) is null
                && _cluster.MostThatFits(entry, entry.GpuCount + 1, entry.Claim.GpuLim) is not null);
    }

    private DateTimeOffset? Draft(string? preferredUid)
    {
        foreach (var entry in _plan.Entries.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding))
        {
            // What waits for a checkpoint is planned anew.
            _cluster.Plan(entry, entry.Blocks);
        }

        foreach (var entry in _plan.Entries.Where(entry => entry.IsAdmitted && !entry.Claim.IsEnding))
        {
            if (!_mending.Mend(entry) && entry.GpuCount > entry.EffectiveLimit)
            {
                _moves.Shrink(entry, entry.EffectiveLimit, new(entry.Uid, 0, ""), isAskedFor: true);
            }
        }

        var question = _question = new(_policy, _plan, _plan.Entries.Where(CanBeGiven), _options.MaxWait);
        for (var asked = 0; asked < MaxQuestions; asked++)
        {
            Settle(question);
            var isComplete = Place(question, preferredUid, asked);
            if (isComplete && (!_moves.HasUnplaced || _late.First is not null || _cluster.FreeGpus == 0))
            {
                break;
            }
        }

        foreach (var entry in _plan.Entries.Where(entry => entry.IsWaiting && entry.Claim.GpuReq == 0
            && !_moves.IsMoved(entry)))
        {
            _moves.Start(entry, new(entry.Uid, 0, "it needs none to start"));
        }

        return question.WakeAt is { } seconds && seconds > TargetJobs.Seconds(_plan.Now)
            ? Bounded(seconds)
            : null;
    }

    private static DateTimeOffset? Bounded(double seconds) =>
        seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static DateTimeOffset? Earliest(IEnumerable<DateTimeOffset?> times) => times.Min();

    private bool CanBeGiven(LedgerEntry entry) => !entry.Claim.IsEnding && entry.EffectiveLimit > 0
        && (entry.IsAdmitted || (_cluster.CouldEverHold(entry.Claim) && _cluster.IsAllowed(entry.Claim)));

    /// <summary>What is decided already, and what has no room, is no longer asked about.</summary>
    private void Settle(TargetQuestion question)
    {
        foreach (var entry in _plan.Entries.Where(CanBeGiven))
        {
            if (_plan.IsDecided(entry) || _moves.IsMoved(entry) || _moves.IsUnplaced(entry))
            {
                if (HasNoRoom(entry))
                {
                    _hasFirstWithoutRoom = true;
                    question.SettleWithoutRoom(entry);
                }
                else
                {
                    question.Settle(entry, _moves.GpusOf(entry));
                }
            }
        }

        _moves.ForgetUnplaced();
    }

    /// <summary>Nodes have none for it; its quota would.</summary>
    private bool HasNoRoom(LedgerEntry entry) => entry is { IsWaiting: true, Claim.GpuReq: > 0 }
        && !_plan.IsDecided(entry) && !_moves.IsMoved(entry)
        && _moves.WasUnplaced(entry) && _cluster.IsWithinQuota(entry.Claim);

    /// <returns>False: the policy must be asked again before more is placed.</returns>
    private bool Place(TargetQuestion question, string? preferredUid, int asked)
    {
        var targets = question.Ask();
        foreach (var entry in _plan.Entries.Where(entry => entry.IsAdmitted && entry.Uid != preferredUid))
        {
            if (TargetOf(entry, targets) is { } target && target.GpuCount < entry.GpuCount * entry.Claim.Replicas)
            {
                _moves.Shrink(entry, target.GpuCount / entry.Claim.Replicas, target);
            }
        }

        if (asked == 0)
        {
            _late.Serve(_moves, targets);
        }

        if (!Start(targets) && asked < MaxQuestions - 1)
        {
            return false;
        }

        if (preferredUid is not null && _plan.State.Entries[preferredUid] is var preferred
            && _late.Before(preferred) is null)
        {
            _moves.GrowAsAskedFor(preferred);
        }

        Grow(targets);
        _moves.TakeBackWhatNobodyUses();
        return true;
    }

    /// <returns>
    /// False: the first in the queue found no room, and which of those behind it may pass it is the policy's to say.
    /// </returns>
    private bool Start(OrderedDictionary<string, JobTarget> targets)
    {
        var waiting = _policy.KeepsOrder
            ? targets.Keys.Select(uid => _plan.State.Entries[uid]).Where(entry => entry.IsWaiting)
            : InOrder(_plan.Entries.Where(entry => entry.IsWaiting), targets);
        foreach (var entry in waiting)
        {
            if (TargetOf(entry, targets) is not { GpuCount: > 0 } target)
            {
                continue;
            }

            if (_late.Before(entry) is not null)
            {
                _moves.LeaveOut(entry);
            }
            else if (!_moves.Start(entry, target) && _policy.KeepsOrder && !_hasFirstWithoutRoom && HasNoRoom(entry))
            {
                return false;
            }
        }

        return true;
    }

    private void Grow(OrderedDictionary<string, JobTarget> targets)
    {
        foreach (var entry in InOrder(_plan.Entries.Where(entry => entry.IsAdmitted), targets))
        {
            if (TargetOf(entry, targets) is not { } target
                || target.GpuCount <= entry.GpuCount * entry.Claim.Replicas)
            {
                continue;
            }

            if (_late.Before(entry) is not null)
            {
                _moves.LeaveOut(entry);
            }
            else
            {
                _moves.Grow(entry, target);
            }
        }
    }

    private JobTarget? TargetOf(LedgerEntry entry, OrderedDictionary<string, JobTarget> targets) =>
        targets.TryGetValue(entry.Uid, out var target) && !_plan.IsDecided(entry) && !_moves.IsMoved(entry)
            && (entry.IsWaiting || (entry.IsSettledRunning && _plan.MayChange(entry)))
            ? target
            : null;

    /// <summary>Large replicas first: small ones find room where large ones do not.</summary>
    private static IEnumerable<LedgerEntry> InOrder(
        IEnumerable<LedgerEntry> entries, OrderedDictionary<string, JobTarget> targets) => entries
        .OrderByDescending(entry => entry.Claim.Priority)
        .ThenByDescending(entry => targets.TryGetValue(entry.Uid, out var target)
            ? target.GpuCount / entry.Claim.Replicas
            : 0)
        .ThenBy(entry => entry.Claim.Added);

    private void SayWhyTheyWait()
    {
        foreach (var entry in _plan.Entries.Where(entry => entry.IsWaiting && !_plan.IsDecided(entry)))
        {
            var why = _moves.IsReserved(entry)
                ? "they are being given up by other jobs"
                : _mending.WhyNotPossible(entry.Claim)
                ?? (_late.Before(entry) is { } passed && passed.Uid != entry.Uid
                    ? $"{passed.Claim.JobName} has waited for too long, and goes first"
                : _moves.WasUnplaced(entry) ? "what is free or given up does not hold its replicas"
                : _question?.WhyNot(entry) ?? $"{_policy.Name} gives what there is to others now");
            var reason = TargetTexts.Waits(entry, why);
            if (entry.Reason != reason)
            {
                _plan.Decide(new Wait(entry.Uid, reason));
            }
        }
    }
}
