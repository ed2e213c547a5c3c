using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// The documented behavior: a job that arrives gets as many GPUs as fit, up to its limit. Where its least does not fit,
/// running jobs above their least give up what is missing, the one with the most recent checkpoint first, because
/// it loses the least work. Free GPUs go to the waiting jobs first, and then to running jobs, again by most recent
/// checkpoint. Nothing is shrunk unless the job that needs it then fits. Nobody passes a waiting job
/// without end.
/// </summary>
public sealed class RecentCheckpointPolicy(RecentCheckpointOptions options) : IPolicy
{
    public string Name => "recent-checkpoint";

    public Plan Plan(LedgerState snapshot, DateTimeOffset now, string? preferredUid = null) =>
        new RecentCheckpointPlanner(snapshot, now, preferredUid, options).Plan();

    /// <summary>
    /// A notification changes in which order jobs would be asked to give or be given more, not whether that helps:
    /// where it did, the plan would have decided something. What waits for a notification is another matter.
    /// </summary>
    public bool MayMatter(LedgerEntry entry, JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(claim);
        return entry.Pending is not null || claim != entry.Claim with
        {
            LastCheckpointAt = claim.LastCheckpointAt,
            Notifications = claim.Notifications,
            CompletedEpochs = claim.CompletedEpochs,
            TotalEpochs = claim.TotalEpochs,
            History = claim.History,
            AppliedGeneration = claim.AppliedGeneration,
        };
    }

    /// <summary>As <see cref="ScaleUpChoice"/> finds it, with one plan for all candidates.</summary>
    public LedgerEntry? ChooseScaleUp(LedgerState snapshot, DateTimeOffset now) =>
        new RecentCheckpointPlanner(snapshot, now, preferredUid: null, options).ChooseScaleUp();
}

/// <summary>Settings of <see cref="RecentCheckpointPolicy"/>.</summary>
public sealed record RecentCheckpointOptions
{
    /// <summary>
    /// How many jobs behind it may be admitted while a job waits. Then what is free is kept for it, unless all that it
    /// needs is on its way already: no job behind it is admitted, and none that runs is scaled up. 0 to 10,000;
    /// default 16.
    /// </summary>
    public int MaxOvertakes { get; init; } = 16;
}
