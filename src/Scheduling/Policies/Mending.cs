using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>What every policy does with a running job whose GPUs are gone, or whose limit was lowered under it.</summary>
internal sealed class Mending(PlanDraft plan)
{
    private readonly ClusterDraft _cluster = plan.Cluster;

    /// <summary>False: nothing is wrong with it.</summary>
    public bool Mend(LedgerEntry entry)
    {
        if (!_cluster.Exists(entry.Blocks))
        {
            Move(entry);
            return true;
        }

        if (entry.GpuCount <= entry.Claim.GpuLim)
        {
            return false;
        }

        // A limit is the job's own word on what it can use: it holds at once, in every mode.
        plan.SetSize(entry, (entry.Claim.GpuLim, ClusterDraft.Kept(entry.Blocks, entry.Claim.GpuLim)),
            $"scaled down from {entry.GpuCount} to {entry.Claim.GpuLim}: its limit was lowered");
        return true;
    }

    /// <summary>Why nothing that a job gives up would help; null: it would.</summary>
    public string? WhyNotPossible(JobClaim claim) =>
        !_cluster.IsAllowed(claim) ? $"more than the quota of {claim.Namespace}"
        : !_cluster.IsWithinQuota(claim) ? $"more than is left of the quota of {claim.Namespace}"
        : !_cluster.CouldEverHold(claim) ? "more than the cluster has"
        : null;

    private void Move(LedgerEntry entry)
    {
        var claim = entry.Claim;
        var most = Math.Min(entry.EffectiveLimit, Math.Max(entry.GpuCount, claim.GpuReq));
        // What waited for a checkpoint is void: the job is stopped now.
        _cluster.Plan(entry, entry.Blocks);
        if (_cluster.MostThatFits(entry, claim.GpuReq, most) is { } fit)
        {
            plan.SetSize(
                entry, fit, $"moved from {entry.GpuCount} to {fit.GpuCount} GPUs: GPUs that it held are gone");
        }
        else
        {
            _cluster.Plan(entry, []);
            var why = WhyNotPossible(claim) ?? (_cluster.HasRoom(claim)
                ? $"the quota of {claim.Namespace} has room once they are given back"
                : "no others are free");
            plan.Decide(new Preempt(
                entry.Uid, $"waits for {PlanTexts.Gpus(claim)}: GPUs that it held are gone, and {why}"));
        }
    }
}
