using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using static Sluice.Grains.Events.EventWords;

namespace Sluice.Grains.Capacity;

/// <summary>
/// One fold of the ledger: takes over what the executors report, then the other commands in their order, lets the
/// policy plan, and says what is to be committed and answered. Pure: nothing of it holds before it is committed.
/// </summary>
public sealed class LedgerFold
{
    /// <summary>
    /// A plan may make another one possible; more rounds than this in one commit are left to the next.
    /// </summary>
    private const int MaxRounds = 4;

    private readonly IPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly OrderedDictionary<string, Scaling> _operations = new(StringComparer.Ordinal);
    private readonly List<Decision> _decisions = [];
    private readonly ImmutableArray<NewEvent>.Builder _events = ImmutableArray.CreateBuilder<NewEvent>();

    private LedgerState _state;
    private LedgerState? _rested;
    private DateTimeOffset? _wakeAt;

    private LedgerFold(LedgerState planned, LedgerState observed, IPolicy policy, DateTimeOffset now)
    {
        (_state, _policy, _now) = (observed, policy, now);
        _rested = MayMatter(planned, observed, policy) ? planned : observed;
    }

    /// <summary>Folds.</summary>
    /// <param name="planned">The ledger as the last fold left it.</param>
    /// <param name="wakeAt">When that one wanted to plan again; null: not by itself.</param>
    /// <param name="observed">The same with what the jobs' rows have said since.</param>
    /// <param name="commands">In the order in which they came.</param>
    /// <param name="policy">Who decides.</param>
    /// <param name="now">The time.</param>
    public static FoldedLedger Fold(
        LedgerState planned,
        DateTimeOffset? wakeAt,
        LedgerState observed,
        IReadOnlyList<LedgerCommand> commands,
        IPolicy policy,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(commands);
        ArgumentNullException.ThrowIfNull(policy);
        var fold = new LedgerFold(planned, observed, policy, now) { _wakeAt = wakeAt };
        // First: a plan for a command that came before them must not give out what the same commit takes away.
        foreach (var nodes in commands.OfType<TakeNodes>())
        {
            fold.TakeOver(LedgerViews.TakeNodes(fold._state, nodes.Report));
        }

        if (commands.Any(command => command is TakeNodes))
        {
            // Nor must a command be taken for a job that has just lost its GPUs, as if it still had them.
            fold.PlanToRest();
        }

        var scalings = commands.Select(fold.Take).ToList();
        fold.PlanToRest();
        var answers = scalings.Select(scaling => scaling is null ? null : fold.Answer(scaling)).ToImmutableArray();
        fold.RememberAnswers();
        return new(fold._state, fold._wakeAt, [.. fold._decisions], fold._events.ToImmutable(), answers);
    }

    private Scaling? Take(LedgerCommand command)
    {
        switch (command)
        {
            case Settle or TakeNodes:
                return null;
            case ScaleJob job:
                return Scale(_state.Entries.GetValueOrDefault(job.Uid), job.Wish);
            case ScaleBest { OperationId: null }:
                return ScaleBest();
            case ScaleBest { OperationId: { } operation }:
                return _state.Answered.TryGetValue(operation, out var answered)
                    ? new(Known: LedgerViews.Answer(answered))
                    : _operations.TryGetValue(operation, out var earlier) ? earlier
                    : _operations[operation] = ScaleBest();
            default:
                throw new InvalidOperationException($"unknown command {command.GetType().Name}");
        }
    }

    private Scaling ScaleBest() => _policy.ChooseScaleUp(_state, _now) is { } best
        ? Scale(best, wish: null)
        : new(Known: new() { Outcome = ScaleOutcome.NoCandidate });

    /// <summary>
    /// Each scaling has a plan of its own, in which its job is the first in line: so none takes another one's turn.
    /// </summary>
    private Scaling Scale(LedgerEntry? entry, int? wish)
    {
        if (entry is null or { Claim.IsEnding: true } || (wish is null && !entry.IsAdmitted))
        {
            return new(Known: new()
            {
                Outcome = ScaleOutcome.CannotChange,
                Name = entry?.Claim.JobName,
                Reason = entry is null ? "the ledger does not know the job"
                    : entry.Claim.IsEnding ? $"{entry.Claim.JobName} has ended"
                    : $"{entry.Claim.JobName} {entry.Reason}",
            });
        }

        _state = CapacityLedger.SetCap(_state, entry.Uid, wish);
        _events.AddRange(LedgerEvents.OfWish(entry, _state.Entries[entry.Uid], _now));
        Plan(entry.Uid);
        return new(entry);
    }

    /// <summary>
    /// False: what the rows have said since the last plan needs none. Most of it are notifications, and takeovers of
    /// what was decided.
    /// </summary>
    private static bool MayMatter(LedgerState planned, LedgerState observed, IPolicy policy) =>
        planned.Entries.Count != observed.Entries.Count
        || planned.Entries.Values.Zip(observed.Entries.Values).Any(entry =>
            !ReferenceEquals(entry.First, entry.Second)
            && (entry.Second with { Claim = entry.First.Claim } != entry.First
                || policy.MayMatter(entry.First, entry.Second.Claim)));

    private void TakeOver(LedgerState next)
    {
        _events.AddRange(LedgerEvents.OfNodes(_state, next, _now));
        _state = next;
    }

    /// <summary>Plans until there is nothing more to decide; what is left then is left to the next fold.</summary>
    private void PlanToRest()
    {
        for (var round = 0; round < MaxRounds && (_wakeAt <= _now || !ReferenceEquals(_state, _rested)); round++)
        {
            Plan(preferredUid: null);
        }
    }

    private void Plan(string? preferredUid)
    {
        var before = _state;
        var plan = _policy.Plan(before, _now, preferredUid);
        if (plan.Decisions.IsEmpty)
        {
            (_rested, _wakeAt) = (before, plan.WakeAt);
            return;
        }

        (_rested, _wakeAt) = (null, _now);
        _state = CapacityLedger.Apply(_state, plan.Decisions, _now);
        _decisions.AddRange(plan.Decisions);
        _events.AddRange(LedgerEvents.OfPlan(before, _state, plan.Decisions, _now));
    }

    /// <summary>What holds from the commit on; and where that is what held before, why.</summary>
    private ScaleAnswer Answer(Scaling scaling)
    {
        if (scaling.Before is not { } before)
        {
            return scaling.Known!;
        }

        var after = _state.Entries[before.Uid];
        return new()
        {
            Outcome = ScaleOutcome.Done,
            Name = after.Claim.JobName,
            Previous = before.GpuCount,
            Assigned = after.GpuCount,
            AtNextCheckpoint = after.Pending?.GpuCount,
            Reason = after.Pending?.Reason
                ?? (after.Generation != before.Generation || !after.IsAdmitted
                    ? after.Reason
                    : $"{after.Claim.JobName} keeps {Gpus(after.GpuCount)}: "
                        + ScaleUpObstacle.Find(_state, after)),
        };
    }

    /// <summary>In the commit of what they tell of. A repeat that finds no candidate again does no harm.</summary>
    private void RememberAnswers()
    {
        foreach (var (operation, scaling) in _operations.Where(one => one.Value.Before is not null))
        {
            _state = CapacityLedger.Remember(_state, LedgerViews.Remembered(operation, Answer(scaling)));
        }
    }

    /// <summary>What became of a command that scales.</summary>
    /// <param name="Before">The job that was scaled, as it was; its answer is what the whole fold makes of it.</param>
    /// <param name="Known">The answer, where no job was scaled.</param>
    private sealed record Scaling(LedgerEntry? Before = null, ScaleAnswer? Known = null);
}

/// <summary>What a fold came to.</summary>
/// <param name="State">The ledger.</param>
/// <param name="WakeAt">When to plan again though nothing happens; null: no need.</param>
/// <param name="Decisions">In the order in which they were made.</param>
/// <param name="Events">What happened, in its order.</param>
/// <param name="Answers">One a command, in their order; null where it does not scale.</param>
public sealed record FoldedLedger(
    LedgerState State,
    DateTimeOffset? WakeAt,
    ImmutableArray<Decision> Decisions,
    ImmutableArray<NewEvent> Events,
    ImmutableArray<ScaleAnswer?> Answers);
