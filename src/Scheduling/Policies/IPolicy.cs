using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>Decides who gets which GPUs. Pure: the same snapshot and time give the same plan.</summary>
public interface IPolicy
{
    /// <summary>As people are told it, such as <c>recent-checkpoint</c>.</summary>
    string Name { get; }

    /// <summary>Looks at the whole domain and says what should change. Safe to call at any time.</summary>
    /// <param name="snapshot">The ledger as it is.</param>
    /// <param name="now">The time.</param>
    /// <param name="preferredUid">A job that a person asked to scale: first in line for free GPUs; null: none.</param>
    Plan Plan(LedgerState snapshot, DateTimeOffset now, string? preferredUid = null);

    /// <summary>
    /// False: where a plan has decided nothing, one with this claim instead of the job's last decides nothing either,
    /// and wakes at the same time; so it need not be made.
    /// </summary>
    /// <param name="entry">The job as that plan found it.</param>
    /// <param name="claim">What its row says now.</param>
    bool MayMatter(LedgerEntry entry, JobClaim claim) => true;

    /// <summary>The job that a scaling without a name is meant for; null: none can be given more.</summary>
    /// <param name="snapshot">The ledger as it is.</param>
    /// <param name="now">The time.</param>
    LedgerEntry? ChooseScaleUp(LedgerState snapshot, DateTimeOffset now) => ScaleUpChoice.Find(this, snapshot, now);
}

/// <summary>What a policy decided.</summary>
/// <param name="Decisions">At most one a job.</param>
/// <param name="WakeAt">When to plan again though nothing happens; null: no need.</param>
public sealed record Plan(ImmutableArray<Decision> Decisions, DateTimeOffset? WakeAt);
