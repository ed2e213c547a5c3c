using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>Jobs that have waited for too long: nobody starts or grows before them any more.</summary>
internal sealed class LateJobs(PlanDraft plan, TargetedOptions options)
{
    /// <summary>The first of them that there is no room for yet: what is free is kept for it; null: none.</summary>
    public LedgerEntry? Passed { get; private set; }

    /// <summary>When the next one is late; null: none will be.</summary>
    public DateTimeOffset? NextAt()
    {
        DateTimeOffset? next = null;
        foreach (var entry in plan.Entries.Where(entry => NeedsGpus(entry) && !plan.IsDecided(entry)))
        {
            var at = LateAt(entry);
            next = at > plan.Now && !(next <= at) ? at : next;
        }

        return next;
    }

    /// <summary>
    /// Gives them what is free or coming, the one that has waited longest first; where that is not enough, running jobs
    /// above their least give up what is missing.
    /// </summary>
    public void Serve(TargetMoves moves, IReadOnlyDictionary<string, JobTarget> targets)
    {
        ScaleDownSearch? search = null;
        var late = plan.Entries.Where(entry => NeedsGpus(entry) && LateAt(entry) <= plan.Now && CanRun(entry.Claim))
            .OrderBy(TargetJobs.WaitsSince)
            .ThenBy(entry => entry.Claim.Added);
        foreach (var entry in late)
        {
            var least = TargetJobs.Least(entry) * entry.Claim.Replicas;
            var target = targets.GetValueOrDefault(entry.Uid, new(entry.Uid, least, "it has waited for too long"));
            target = target with { GpuCount = Math.Max(least, target.GpuCount) };
            if (moves.Start(entry, target))
            {
                continue;
            }

            search ??= new(plan.Cluster, moves.CanGive());
            var waited = TargetJobs.Seconds(plan.Now) - TargetJobs.WaitsSince(entry);
            foreach (var (giver, gpuCount) in search.Find(entry.Claim))
            {
                moves.ShrinkForLate(giver, gpuCount, entry.Claim, waited);
                search.Gave(giver.Uid, gpuCount);
            }

            if (!moves.Start(entry, target))
            {
                Passed = entry;
                return;
            }
        }
    }

    private static bool NeedsGpus(LedgerEntry entry) => entry.IsWaiting && entry.Claim.GpuReq > 0;

    private bool CanRun(JobClaim claim) =>
        plan.Cluster.CouldEverHold(claim) && plan.Cluster.IsAllowed(claim) && plan.Cluster.IsWithinQuota(claim);

    private DateTimeOffset LateAt(LedgerEntry entry)
    {
        var seconds = TargetJobs.WaitsSince(entry) + options.MaxWait.TotalSeconds;
        return seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Max(0, seconds))
            : DateTimeOffset.MaxValue;
    }
}
