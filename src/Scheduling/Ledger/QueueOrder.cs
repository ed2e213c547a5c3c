namespace Sluice.Scheduling.Ledger;

/// <summary>The order in which waiting jobs are tried: priority, then arrival, then addition.</summary>
public static class QueueOrder
{
    private static readonly Comparer<LedgerEntry> Comparer =
        Comparer<LedgerEntry>.Create((left, right) => Compare(left.Claim, right.Claim));

    public static IEnumerable<LedgerEntry> Sort(IEnumerable<LedgerEntry> waiting) => waiting.Order(Comparer);

    /// <summary>True where <paramref name="entry"/> is tried before <paramref name="other"/>.</summary>
    public static bool IsAhead(LedgerEntry entry, LedgerEntry other) => Comparer.Compare(entry, other) < 0;

    private static int Compare(JobClaim left, JobClaim right)
    {
        var byPriority = right.Priority.CompareTo(left.Priority);
        var byArrival = left.ArrivedAt.CompareTo(right.ArrivedAt);
        var byAddition = left.Added.CompareTo(right.Added);
        return byPriority != 0 ? byPriority
            : byArrival != 0 ? byArrival
            : byAddition != 0 ? byAddition
            : string.CompareOrdinal(left.Uid, right.Uid);
    }
}
