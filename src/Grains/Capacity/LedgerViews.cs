using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Ranking;
using LedgerBlock = Sluice.Scheduling.Ledger.GpuBlock;

namespace Sluice.Grains.Capacity;

/// <summary>Puts the ledger in the words of the contracts. Pure.</summary>
public static class LedgerViews
{
    public static Allocation Allocation(LedgerEntry entry) => new()
    {
        Uid = entry.Uid,
        Generation = entry.Generation,
        IsAdmitted = entry.IsAdmitted,
        GpuCount = entry.GpuCount,
        Blocks = [.. entry.Blocks.Select(Block)],
        Reason = entry.Pending is { } pending
            ? $"{entry.Reason}; at its next checkpoint: {pending.Reason}"
            : entry.Reason,
        AtNextCheckpoint = entry.Pending?.GpuCount,
    };

    /// <summary>Decisions that their jobs have not confirmed, the oldest first.</summary>
    public static ImmutableArray<UndeliveredAllocation> Undelivered(LedgerState state, long after, int max) =>
    [
        .. state.Entries.Values.Where(entry => entry.IsUndelivered && entry.Generation > after)
            .OrderBy(entry => entry.Generation)
            .Take(max)
            .Select(entry => new UndeliveredAllocation(entry.Claim.JobKey, Allocation(entry))),
    ];

    /// <summary>What was answered before.</summary>
    public static ScaleAnswer Answer(AnsweredScaling answered) => new()
    {
        Outcome = ScaleOutcome.Done,
        Name = answered.JobName,
        Previous = answered.Previous,
        Assigned = answered.Assigned,
        AtNextCheckpoint = answered.AtNextCheckpoint,
        Reason = answered.Reason,
    };

    /// <summary>The answer of a scaling that was done, as the ledger keeps it.</summary>
    public static AnsweredScaling Remembered(string operationId, ScaleAnswer answer) => new(
        operationId,
        Number: 0,
        answer.Name!,
        answer.Previous,
        answer.Assigned,
        answer.AtNextCheckpoint,
        answer.Reason!);

    public static CapacityView View(LedgerState state, string policy)
    {
        var free = state.FreeByNode();
        var allocated = state.AllocatedByNamespace();
        return new()
        {
            Policy = policy,
            Nodes = [.. state.Nodes.Values.Select(node => new NodeView(
                node.Name, node.UsableGpus, free[node.Name], node.IsSimulated))],
            Allocations =
            [
                .. state.Entries.Values.Where(entry => !entry.IsWaiting)
                    .OrderBy(entry => entry.Claim.Added)
                    .Select(View),
                .. QueueOrder.Sort(state.Entries.Values.Where(entry => entry.IsWaiting)).Select(View),
            ],
            Quotas = [.. state.Quotas.Values.Select(quota => new QuotaView(
                quota.Namespace, quota.GpuCount, allocated.GetValueOrDefault(quota.Namespace)))],
        };
    }

    /// <summary>Managed jobs that have not ended.</summary>
    public static ManagedJobCount CountJobs(LedgerState state, int most) =>
        new(state.Entries.Values.Count(entry => !entry.Claim.IsEnding), most);

    public static RankingOrder Order(RankOrder order) => order switch
    {
        RankOrder.ByArrival => RankingOrder.Arrival,
        RankOrder.ScaleUpCandidates => RankingOrder.CanUseMore,
        RankOrder.ByDifference => RankingOrder.DifferenceIs,
        RankOrder.ScaleDownCandidates => RankingOrder.CanGive,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "no ranked list"),
    };

    /// <summary>The ledger with all that an executor reports.</summary>
    public static LedgerState TakeNodes(LedgerState state, NodeReport report) => CapacityLedger.ReportNodes(
        state,
        report.Executor,
        report.Nodes.Select(node => Node(node, report.Executor)),
        report.Quotas.Select(quota => new LedgerQuota(quota.Namespace, report.Executor, quota.GpuCount)));

    private static LedgerNode Node(NodeCapacity node, string executor) =>
        new(node.Name, executor, node.GpuCount, node.IsSimulated)
        {
            LostGpus = node.LostGpus.IsDefault
                ? []
                : [.. node.LostGpus.Where(gpu => gpu >= 0 && gpu < node.GpuCount).Distinct().Order()],
        };

    private static AllocationView View(LedgerEntry entry) => new()
    {
        JobName = entry.Claim.JobName,
        Uid = entry.Uid,
        Decided = Allocation(entry),
        HeldGpus = entry.HeldGpus,
        GivingBack = [.. entry.Lingering.Select(Block)],
        IsEnding = entry.Claim.IsEnding,
        DecidedAt = entry.DecidedAt,
    };

    private static Interfaces.Capacity.GpuBlock Block(LedgerBlock block) => new(block.Node, block.Gpus);
}
