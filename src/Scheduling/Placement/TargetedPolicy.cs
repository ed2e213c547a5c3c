using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>
/// Lets a target policy say how many GPUs each job is to have, and finds nodes for that: gangs whole or not at all, on
/// the fewest nodes, within quotas. What has no room gets the most that has. Nothing is taken from a job unless
/// another one can really use it, and nothing is changed within a minimum run time. Jobs that are to be changed after
/// checkpoints are changed there; others when the target policy says so.
/// </summary>
/// <param name="targets">Says how many. It must remember nothing: it is asked anew each time.</param>
/// <param name="options">How long a job waits at most before it goes first.</param>
public sealed class TargetedPolicy(ITargetPolicy targets, TargetedOptions options) : IPolicy
{
    public string Name => targets.Name;

    public Plan Plan(LedgerState snapshot, DateTimeOffset now, string? preferredUid = null) =>
        new TargetPlanner(snapshot, now, targets, options).Plan(preferredUid);

    /// <summary>All that a job shows may matter; only that its row has taken over a decision does not.</summary>
    public bool MayMatter(LedgerEntry entry, JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(claim);
        return claim != entry.Claim with
        {
            AppliedGeneration = claim.AppliedGeneration,
            // Tells nothing more without a notification or a start, and is read anew with each row.
            History = claim.History,
        };
    }

    /// <summary>As <see cref="ScaleUpChoice"/> finds it, with one plan for all candidates.</summary>
    public LedgerEntry? ChooseScaleUp(LedgerState snapshot, DateTimeOffset now) =>
        new TargetPlanner(snapshot, now, targets, options).ChooseScaleUp();
}
