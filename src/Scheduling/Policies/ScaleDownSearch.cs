using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// Finds running jobs that give up just what a waiting job misses: one alone, by most recent checkpoint; where none has
/// enough, several together, of which those with the oldest checkpoints keep the most.
/// </summary>
internal sealed class ScaleDownSearch
{
    private readonly ClusterDraft _draft;
    private readonly List<Giver> _givers = [];
    private readonly Dictionary<string, Giver> _byUid = new(StringComparer.Ordinal);

    /// <summary>Searches among the same jobs from now on.</summary>
    /// <param name="draft">Is told what they offer, so that most often one look at its counts shows that nothing helps.
    /// </param>
    /// <param name="candidates">
    /// Running jobs with the GPUs a replica that they are planned to keep, more than their least; the first is the
    /// first to be asked.
    /// </param>
    public ScaleDownSearch(ClusterDraft draft, IEnumerable<(LedgerEntry Entry, int GpuCount)> candidates)
    {
        _draft = draft;
        foreach (var (entry, gpuCount) in candidates)
        {
            var giver = new Giver(entry, draft.NodesOf(entry.Blocks)) { GpuCount = gpuCount };
            _givers.Add(giver);
            _byUid.Add(entry.Uid, giver);
            draft.Offer(entry.Claim, giver.Nodes, giver.Spare);
        }
    }

    /// <summary>
    /// Who keeps how many GPUs a replica so that the waiting job fits at its least; empty: nobody can help.
    /// </summary>
    /// <param name="waiting">Does not fit as it is.</param>
    public ImmutableArray<(LedgerEntry Entry, int GpuCount)> Find(JobClaim waiting)
    {
        if (!_draft.FitsWithOffers(waiting))
        {
            return [];
        }

        var trial = new ScaleDownTrial(_draft, waiting);
        foreach (var giver in _givers)
        {
            if (trial.CouldFit(giver.Spare * giver.Entry.Claim.Replicas))
            {
                trial.Give(giver, giver.Spare);
                if (trial.Fits)
                {
                    return [(giver.Entry, MostThatCanBeKept(giver, giver.GpuCount - 1, trial))];
                }

                trial.Give(giver, -giver.Spare);
            }
        }

        return FindSeveral(trial);
    }

    /// <summary>The job is planned to keep so many GPUs a replica from now on.</summary>
    public void Gave(string uid, int gpuCount)
    {
        var giver = _byUid[uid];
        _draft.Offer(giver.Entry.Claim, giver.Nodes, gpuCount - giver.GpuCount);
        giver.GpuCount = gpuCount;
        if (giver.Spare == 0)
        {
            _givers.Remove(giver);
        }
    }

    /// <summary>
    /// As many as must give all but their least, in the order of asking; then they take back what is not needed, the
    /// last one that was asked first.
    /// </summary>
    private ImmutableArray<(LedgerEntry Entry, int GpuCount)> FindSeveral(ScaleDownTrial trial)
    {
        var asked = 0;
        while (!trial.Fits)
        {
            var giver = _givers[asked++];
            trial.Give(giver, giver.Spare);
        }

        return
        [
            .. _givers.Take(asked).Reverse()
                .Select(giver => (Giver: giver, Kept: MostThatCanBeKept(giver, giver.GpuCount, trial)))
                .Where(one => one.Kept < one.Giver.GpuCount)
                .Select(one => (one.Giver.Entry, one.Kept))
                .Reverse(),
        ];
    }

    /// <summary>It fits while the job keeps its least; the job keeps the most with which it still does.</summary>
    private static int MostThatCanBeKept(Giver giver, int most, ScaleDownTrial trial)
    {
        var least = giver.Entry.Claim.GpuReq;
        for (var count = most; count > least; count--)
        {
            trial.Give(giver, least - count);
            if (trial.Fits)
            {
                return count;
            }

            trial.Give(giver, count - least);
        }

        return least;
    }
}

/// <summary>A running job that may give up GPUs.</summary>
/// <param name="entry">The job.</param>
/// <param name="nodes">Where its blocks are.</param>
internal sealed class Giver(LedgerEntry entry, ImmutableArray<(NodeDraft Node, int Blocks)> nodes)
{
    public LedgerEntry Entry => entry;

    public ImmutableArray<(NodeDraft Node, int Blocks)> Nodes => nodes;

    /// <summary>GPUs a replica that it is planned to keep.</summary>
    public required int GpuCount { get; set; }

    /// <summary>GPUs a replica that it could give up.</summary>
    public int Spare => GpuCount - entry.Claim.GpuReq;
}
