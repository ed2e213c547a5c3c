using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>Tells a person why a job that was asked to be scaled up keeps what it has.</summary>
public static class ScaleUpObstacle
{
    /// <summary>What is in the way of an admitted job that holds no more than it may.</summary>
    /// <param name="state">The ledger, with nothing left to decide.</param>
    /// <param name="entry">The job in it.</param>
    public static string Find(LedgerState state, LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(entry);
        var claim = entry.Claim;
        if (entry.GpuCount >= claim.GpuLim)
        {
            return "that is its limit";
        }

        if (entry.GpuCount >= entry.EffectiveLimit)
        {
            return "it was asked for no more";
        }

        if (!entry.IsSettledRunning)
        {
            return "it is being started or resized";
        }

        var draft = new ClusterDraft(state);
        return draft.MostThatFits(entry, entry.GpuCount + 1, entry.EffectiveLimit) is not null
            ? "what is free is kept for jobs that wait"
            : draft.QuotaLeft(claim) < claim.Replicas ? $"nothing is left of the quota of {claim.Namespace}"
            : draft.FreeGpus switch
            {
                0 => "no GPU is free",
                1 => "1 GPU is free, which it cannot use",
                var free => $"{free} GPUs are free, which it cannot use",
            };
    }
}
