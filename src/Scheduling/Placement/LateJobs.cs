using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>Jobs that have waited for too long: nobody starts or grows before them any more.</summary>
internal sealed class LateJobs(PlanDraft plan, TargetedOptions options)
{
    private readonly Dictionary<string, LedgerEntry> _firstOfQuota = new(StringComparer.Ordinal);

    /// <summary>The first of them that there is no room for yet: what is free is kept for it; null: none.</summary>
    public LedgerEntry? First { get; private set; }

    /// <summary>
    /// Who goes before a job: one that has no room yet, or, in its namespace, one that the quota has no room for yet;
    /// null: nobody.
    /// </summary>
    public LedgerEntry? Before(LedgerEntry entry) =>
        First ?? _firstOfQuota.GetValueOrDefault(entry.Claim.Namespace);

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
    /// above their least give up what is missing. One that waits for its quota keeps only its own namespace waiting.
    /// </summary>
    public void Serve(TargetMoves moves, IReadOnlyDictionary<string, JobTarget> targets)
    {
        ScaleDownSearch? search = null;
        var late = plan.Entries.Where(entry => NeedsGpus(entry) && LateAt(entry) <= plan.Now && CanRun(entry.Claim))
            .OrderBy(entry => entry.WaitsSince)
            .ThenBy(entry => entry.Claim.Added);
        foreach (var entry in late.Where(entry => Before(entry) is null))
        {
            var least = TargetJobs.Least(entry) * entry.Claim.Replicas;
            var target = targets.GetValueOrDefault(entry.Uid, new(entry.Uid, least, "it has waited for too long"));
            target = target with { GpuCount = Math.Max(least, target.GpuCount) };
            if (moves.Start(entry, target))
            {
                continue;
            }

            search ??= new(plan.Cluster, moves.CanGive());
            var waited = TargetJobs.Seconds(plan.Now) - entry.WaitsSince;
            foreach (var (giver, gpuCount) in search.Find(entry.Claim))
            {
                moves.ShrinkForLate(giver, gpuCount, entry.Claim, waited);
                search.Gave(giver.Uid, gpuCount);
            }

            if (!moves.Start(entry, target))
            {
                KeepFor(entry);
            }
        }
    }

    private void KeepFor(LedgerEntry entry)
    {
        if (plan.Cluster.IsWithinQuota(entry.Claim))
        {
            First = entry;
        }
        else
        {
            _firstOfQuota.Add(entry.Claim.Namespace, entry);
        }
    }

    private static bool NeedsGpus(LedgerEntry entry) => entry.IsWaiting && entry.Claim.GpuReq > 0;

    private bool CanRun(JobClaim claim) => plan.Cluster.CouldEverHold(claim) && plan.Cluster.IsAllowed(claim);

    private DateTimeOffset LateAt(LedgerEntry entry)
    {
        var seconds = entry.WaitsSince + options.MaxWait.TotalSeconds;
        return seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Max(0, seconds))
            : DateTimeOffset.MaxValue;
    }
}
