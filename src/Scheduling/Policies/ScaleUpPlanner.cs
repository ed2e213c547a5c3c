using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// The last part of a run of <see cref="RecentCheckpointPolicy"/>: gives running jobs what nobody waits for.
/// </summary>
internal sealed class ScaleUpPlanner(PlanDraft plan, string? preferredUid)
{
    private readonly ClusterDraft _cluster = plan.Cluster;

    /// <summary>Gives what was promised before, where it is there still.</summary>
    public void ApplyPending()
    {
        foreach (var entry in plan.Pending(isShrinking: false))
        {
            if (entry.EffectiveLimit <= entry.GpuCount)
            {
                plan.Decide(new CancelPending(entry.Uid, PlanTexts.MayHaveNoMore(entry)));
            }
            else if (_cluster.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit) is { } fit)
            {
                Apply(entry, entry.Pending!, fit);
            }
            else
            {
                plan.Decide(new CancelPending(entry.Uid, "the GPUs it was to get are needed elsewhere"));
            }
        }
    }

    /// <summary>Nothing is free for running jobs: it is kept for one that was passed often enough.</summary>
    public void DropPending(LedgerEntry passed)
    {
        foreach (var entry in plan.Pending(isShrinking: false))
        {
            plan.Decide(new CancelPending(entry.Uid, PlanTexts.KeptFor(passed.Claim)));
        }
    }

    /// <summary>
    /// Gives what is free to running jobs, the one that was asked for first, then by the most recent checkpoint.
    /// </summary>
    public void GiveFree()
    {
        var candidates = plan.Entries
            .Where(entry => entry.IsSettledRunning && entry.Pending is null && !plan.IsDecided(entry)
                && entry.GpuCount < entry.EffectiveLimit
                && (plan.MayChange(entry) || entry.Uid == preferredUid))
            .OrderByDescending(entry => entry.Uid == preferredUid)
            .ThenByDescending(entry => entry.Claim.LastCheckpointAt)
            .ThenBy(entry => entry.Claim.Added);
        foreach (var entry in candidates)
        {
            if (_cluster.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit) is not { } fit)
            {
                continue;
            }

            var reason = PlanTexts.ScaledUp(
                entry, fit.GpuCount, _cluster.FreeGpus, entry.Uid == preferredUid, plan.Now);
            if (entry.Claim.IsAfterCheckpoint)
            {
                _cluster.Plan(entry, fit.Blocks);
                plan.Decide(new Defer(entry.Uid, plan.PendingAt(entry, fit.GpuCount, reason)));
            }
            else
            {
                plan.SetSize(entry, fit, reason);
            }
        }
    }

    /// <summary>
    /// What fits may have changed since: then the words and the count that is promised change with it.
    /// </summary>
    private void Apply(LedgerEntry entry, PendingChange pending, (int GpuCount, ImmutableArray<GpuBlock> Blocks) fit)
    {
        var reason = fit.GpuCount == pending.GpuCount
            ? pending.Reason
            : PlanTexts.ScaledUp(
                entry, fit.GpuCount, _cluster.FreeGpus, PlanTexts.IsAskedFor(pending.Reason), plan.Now);
        if (plan.WhyNow(entry, pending) is { } why)
        {
            plan.SetSize(entry, fit, $"{reason} ({why})");
            return;
        }

        _cluster.Plan(entry, fit.Blocks);
        if (fit.GpuCount != pending.GpuCount)
        {
            plan.Decide(new Defer(entry.Uid, plan.PendingAt(entry, fit.GpuCount, reason, pending)));
        }
    }
}
