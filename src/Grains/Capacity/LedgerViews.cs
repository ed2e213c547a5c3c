using Sluice.Grains.Interfaces.Capacity;
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

    public static CapacityView View(LedgerState state, string policy) => new()
    {
        Policy = policy,
        Nodes = [.. state.Nodes.Values.Select(node => new NodeView(
            node.Name, node.UsableGpus, state.FreeOn(node.Name), node.IsSimulated))],
        Allocations =
        [
            .. state.Entries.Values.Where(entry => !entry.IsWaiting).OrderBy(entry => entry.Claim.Added).Select(View),
            .. QueueOrder.Sort(state.Entries.Values.Where(entry => entry.IsWaiting)).Select(View),
        ],
        Quotas = [.. state.Quotas.Values.Select(quota => new QuotaView(
            quota.Namespace, quota.GpuCount, state.HeldIn(quota.Namespace)))],
    };

    public static RankingOrder Order(RankOrder order) => order switch
    {
        RankOrder.ByArrival => RankingOrder.Arrival,
        RankOrder.ScaleUpCandidates => RankingOrder.CanUseMore,
        RankOrder.ByDifference => RankingOrder.DifferenceIs,
        RankOrder.ScaleDownCandidates => RankingOrder.CanGive,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "no ranked list"),
    };

    public static LedgerNode Node(NodeCapacity node, string executor) =>
        new(node.Name, executor, node.GpuCount, node.IsSimulated)
        {
            LostGpus = node.LostGpus.IsDefault
                ? []
                : [.. node.LostGpus.Where(gpu => gpu >= 0 && gpu < node.GpuCount).Distinct().Order()],
        };

    public static LedgerQuota Quota(Interfaces.Capacity.GpuQuota quota, string executor) =>
        new(quota.Namespace, executor, quota.GpuCount);

    private static AllocationView View(LedgerEntry entry) => new()
    {
        JobName = entry.Claim.JobName,
        Uid = entry.Uid,
        Decided = Allocation(entry),
        HeldGpus = entry.HeldGpus,
        IsEnding = entry.Claim.IsEnding,
        DecidedAt = entry.DecidedAt,
    };

    private static Interfaces.Capacity.GpuBlock Block(LedgerBlock block) => new(block.Node, block.Gpus);
}
