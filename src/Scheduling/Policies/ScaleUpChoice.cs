using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// Chooses the job that a scaling without a name is meant for: what the policy gives away by itself is given already,
/// so it is a job that was asked to do with less, or that has not yet run long enough to be changed unasked.
/// </summary>
public static class ScaleUpChoice
{
    /// <summary>
    /// Each candidate that is looked at costs a plan; those behind are looked at by the next scaling.
    /// </summary>
    private const int MaxCandidates = 64;

    /// <summary>
    /// The first running job in the order of the list of candidates (most recent checkpoint, then addition) that would
    /// get more if it were asked for by its name; null: none would.
    /// </summary>
    public static LedgerEntry? Find(IPolicy policy, LedgerState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(state);
        return Candidates(state)
            .Take(MaxCandidates)
            .FirstOrDefault(entry => WouldScaleUp(policy, state, entry, now));
    }

    /// <summary>Running jobs below their limit, in the order of the list of candidates.</summary>
    internal static IEnumerable<LedgerEntry> Candidates(LedgerState state) => state.Entries.Values
        .Where(entry => entry.IsSettledRunning && entry.Pending is null && entry.GpuCount < entry.Claim.GpuLim)
        .OrderByDescending(entry => entry.Claim.LastCheckpointAt)
        .ThenBy(entry => entry.Claim.Added);

    private static bool WouldScaleUp(IPolicy policy, LedgerState state, LedgerEntry entry, DateTimeOffset now) =>
        policy.Plan(CapacityLedger.SetCap(state, entry.Uid, cap: null), now, entry.Uid).Decisions.Any(decision =>
            decision.Uid == entry.Uid && decision switch
            {
                Resize resize => resize.GpuCount > entry.GpuCount,
                Defer defer => defer.Change.GpuCount > entry.GpuCount,
                _ => false,
            });
}
