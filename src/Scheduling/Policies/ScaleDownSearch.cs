using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// Finds running jobs that give up just what a waiting job misses: one alone, by most recent checkpoint; where none has
/// enough, several together, of which those with the oldest checkpoints keep the most.
/// </summary>
/// <param name="draft">What is found is planned in it; where nothing is, it stays as it was.</param>
internal sealed class ScaleDownSearch(ClusterDraft draft)
{
    /// <summary>
    /// Who keeps how many GPUs a replica so that the waiting job fits at its least; empty: nobody can help.
    /// </summary>
    /// <param name="waiting">Does not fit as it is.</param>
    /// <param name="candidates">May give up GPUs; the first is the first to be asked.</param>
    public ImmutableArray<(LedgerEntry Entry, int GpuCount)> Find(
        LedgerEntry waiting, IReadOnlyList<(LedgerEntry Entry, int GpuCount)> candidates)
    {
        // Most often nothing helps: that is found out with one look.
        Give(candidates);
        if (!Fits(waiting))
        {
            Restore(candidates);
            return [];
        }

        Restore(candidates);
        foreach (var (entry, gpuCount) in candidates)
        {
            Plan(entry, entry.Claim.GpuReq);
            if (Fits(waiting))
            {
                return [(entry, MostThatCanBeKept(entry, gpuCount - 1, waiting))];
            }

            Plan(entry, gpuCount);
        }

        Give(candidates);
        return
        [
            .. candidates.Reverse()
                .Select(one =>
                    (one.Entry, Before: one.GpuCount, Kept: MostThatCanBeKept(one.Entry, one.GpuCount, waiting)))
                .Where(one => one.Kept < one.Before)
                .Select(one => (one.Entry, one.Kept))
                .Reverse(),
        ];
    }

    /// <summary>It fits while the job keeps its least; the job keeps the most with which it still does.</summary>
    private int MostThatCanBeKept(LedgerEntry entry, int most, LedgerEntry waiting)
    {
        for (var count = most; count > entry.Claim.GpuReq; count--)
        {
            Plan(entry, count);
            if (Fits(waiting))
            {
                return count;
            }
        }

        Plan(entry, entry.Claim.GpuReq);
        return entry.Claim.GpuReq;
    }

    private bool Fits(LedgerEntry waiting) =>
        draft.MostThatFits(waiting, waiting.Claim.GpuReq, waiting.Claim.GpuReq, withComing: true) is not null;

    private void Give(IEnumerable<(LedgerEntry Entry, int GpuCount)> candidates)
    {
        foreach (var (entry, _) in candidates)
        {
            Plan(entry, entry.Claim.GpuReq);
        }
    }

    private void Restore(IEnumerable<(LedgerEntry Entry, int GpuCount)> candidates)
    {
        foreach (var (entry, gpuCount) in candidates)
        {
            Plan(entry, gpuCount);
        }
    }

    private void Plan(LedgerEntry entry, int gpuCount) => draft.Plan(entry, ClusterDraft.Kept(entry.Blocks, gpuCount));
}
