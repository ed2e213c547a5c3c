using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// A working copy of the cluster that a policy plans on: what each job is to have from now on. A GPU that nobody holds
/// and nobody is to have is free; one that is held, and that nobody is to have, is coming: its holder gives it up.
/// Quotas are counted the same way. What is planned for a job is in neither, so that nothing is promised twice in one
/// plan. All counts are kept as plans change, so that a look costs little however large the cluster is.
/// </summary>
public sealed class ClusterDraft
{
    private readonly LedgerState _state;
    private readonly Dictionary<string, NodeDraft> _byName = new(StringComparer.Ordinal);
    private readonly List<NodeDraft> _nodes = [];
    private readonly RoomCounts _sizes = new();
    private readonly RoomCounts _free = new();
    private readonly RoomCounts _freeAndComing = new();
    private readonly RoomCounts _withOffers = new();
    private readonly Dictionary<string, QuotaDraft> _quotas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<GpuBlock>> _planned = new(StringComparer.Ordinal);

    public ClusterDraft(LedgerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _state = state;
        foreach (var shape in state.Nodes.Values)
        {
            _nodes.Add(_byName[shape.Name] = new(shape, _nodes.Count));
        }

        foreach (var quota in state.Quotas.Values)
        {
            _quotas[quota.Namespace] = new() { Free = quota.GpuCount };
        }

        foreach (var entry in state.Entries.Values)
        {
            Enter(entry);
        }

        foreach (var node in _nodes)
        {
            _sizes.Add(node.AllocatableGpus);
            _free.Add(node.Free);
            _freeAndComing.Add(node.Free + node.Coming);
            _withOffers.Add(node.Free + node.Coming);
        }

        LargestNode = _nodes.Select(node => node.AllocatableGpus).DefaultIfEmpty().Max();
    }

    /// <summary>GPUs that nobody holds and no plan has taken.</summary>
    public int FreeGpus => (int)_free.Total;

    internal int NodeCount => _nodes.Count;

    /// <summary>The GPUs of the largest node.</summary>
    public int LargestNode { get; }

    /// <summary>What a job is to have: what it has in the ledger, less what it gives up, or what was planned.</summary>
    public ImmutableArray<GpuBlock> PlannedFor(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _planned.GetValueOrDefault(entry.Uid, []);
    }

    /// <summary>True where every GPU of the blocks exists.</summary>
    public bool Exists(ImmutableArray<GpuBlock> blocks) => blocks.All(block =>
        block.Gpus.IsEmpty || (_byName.TryGetValue(block.Node, out var node) && block.Gpus.All(node.Has)));

    /// <summary>True where the whole cluster, empty, could hold the gang at its least.</summary>
    public bool CouldEverHold(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return claim.GpuReq == 0 || _sizes.Slots(claim.GpuReq) >= claim.Replicas;
    }

    /// <summary>True where its namespace's quota, with nothing else in it, would hold the gang at its least.</summary>
    public bool IsAllowed(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return !_state.Quotas.TryGetValue(claim.Namespace, out var quota)
            || (long)claim.GpuReq * claim.Replicas <= quota.GpuCount;
    }

    /// <summary>
    /// False: its namespace's quota, and not the GPUs, keeps the gang from its least, whatever is on its way back.
    /// </summary>
    public bool IsWithinQuota(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return (long)claim.GpuReq * claim.Replicas <= QuotaLeft(claim, withComing: true);
    }

    /// <summary>True where GPUs are free for the gang at its least, whatever its quota says.</summary>
    public bool HasRoom(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return HasSlots(_free, claim.Replicas, claim.GpuReq);
    }

    /// <summary>
    /// GPUs that the job's namespace may take beside those it holds. What was reserved of what is coming makes the free
    /// part negative, and so leaves the rest of both.
    /// </summary>
    /// <param name="claim">The job.</param>
    /// <param name="withComing">True: what the namespace gives up counts as well.</param>
    public long QuotaLeft(JobClaim claim, bool withComing = false)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return !_quotas.TryGetValue(claim.Namespace, out var quota) ? int.MaxValue
            : Math.Max(0, withComing ? quota.Free + quota.Coming : quota.Free);
    }

    /// <summary>
    /// The most GPUs a replica, from <paramref name="least"/> to <paramref name="most"/>, at which the whole gang fits
    /// on the nodes and in its quota; null where not even the least does. It may keep what it is planned to have.
    /// </summary>
    /// <param name="entry">The gang.</param>
    /// <param name="least">GPUs a replica.</param>
    /// <param name="most">GPUs a replica.</param>
    /// <param name="withComing">True: GPUs that are on their way back count as free.</param>
    public (int GpuCount, ImmutableArray<GpuBlock> Blocks)? MostThatFits(
        LedgerEntry entry, int least, int most, bool withComing = false)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var own = PlannedFor(entry);
        var left = QuotaLeft(entry.Claim, withComing);
        var open = Math.Min(left, Rooms(withComing).Total) + own.Sum(block => block.Gpus.Length);
        var highest = (int)Math.Min(Math.Min(most, open / entry.Claim.Replicas), LargestNode);
        var placement = highest < least ? null : new GangPlacement(_nodes, _byName.GetValueOrDefault, own, withComing);
        for (var count = highest; count >= least; count--)
        {
            // A job that moves holds its old GPUs beside the new ones until they are confirmed: both count.
            if (HasSlots(Rooms(withComing), entry.Claim.Replicas, count, placement!.MoreSlots(count))
                && placement.Place(entry.Claim.Replicas, count) is { } blocks && Count(entry, blocks).New <= left)
            {
                return (count, blocks);
            }
        }

        return null;
    }

    /// <summary>
    /// True where a gang that is to have nothing yet fits at its least, with what is coming or offered.
    /// </summary>
    internal bool FitsWithOffers(JobClaim claim) =>
        (!_quotas.TryGetValue(claim.Namespace, out var quota)
            || (long)claim.GpuReq * claim.Replicas <= quota.Free + quota.Coming + quota.Offered)
        && HasSlots(_withOffers, claim.Replicas, claim.GpuReq);

    /// <summary>
    /// What a gang that is to have nothing yet finds free or coming: blocks of its least, GPUs, and GPUs of its
    /// namespace's quota, which may be negative.
    /// </summary>
    internal (long Slots, long Gpus, long QuotaLeft) OpenTo(JobClaim claim) => (
        _freeAndComing.Slots(claim.GpuReq),
        _freeAndComing.Total,
        _quotas.TryGetValue(claim.Namespace, out var quota) ? quota.Free + quota.Coming : int.MaxValue);

    /// <summary>The nodes of the blocks, each with the number of its blocks.</summary>
    internal ImmutableArray<(NodeDraft Node, int Blocks)> NodesOf(ImmutableArray<GpuBlock> blocks) => blocks.Length == 1
        ? [(_byName[blocks[0].Node], 1)]
        : [.. blocks.CountBy(block => block.Node).Select(node => (_byName[node.Key], node.Value))];

    /// <summary>The job could give up so many GPUs more of each of its blocks than before.</summary>
    internal void Offer(JobClaim claim, ImmutableArray<(NodeDraft Node, int Blocks)> nodes, int gpuCount)
    {
        foreach (var (node, blocks) in nodes)
        {
            var before = Open(node);
            node.Offered += blocks * gpuCount;
            _withOffers.Change(before, Open(node));
        }

        if (_quotas.TryGetValue(claim.Namespace, out var quota))
        {
            quota.Offered += (long)gpuCount * claim.Replicas;
        }
    }

    /// <summary>From now on the job is to have these blocks; what else it holds is coming.</summary>
    public void Plan(LedgerEntry entry, ImmutableArray<GpuBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var before = PlannedFor(entry);
        Mark(before, isPlanned: false);
        Mark(blocks, isPlanned: true);
        if (_quotas.TryGetValue(entry.Claim.Namespace, out var quota))
        {
            var (kept, added) = Count(entry, blocks);
            var (keptBefore, addedBefore) = Count(entry, before);
            quota.Free -= added - addedBefore;
            quota.Coming -= kept - keptBefore;
        }

        _planned[entry.Uid] = blocks;
    }

    /// <summary>
    /// True: all that the job has in the ledger can be planned for it again: nobody else is to have any of it, and its
    /// quota holds it.
    /// </summary>
    internal bool CanKeep(LedgerEntry entry)
    {
        var own = PlannedFor(entry).SelectMany(block => block.Gpus.Select(gpu => (block.Node, gpu))).ToHashSet();
        var isTaken = entry.Blocks.Any(block => _byName.TryGetValue(block.Node, out var node)
            && block.Gpus.Any(gpu => node.IsPlanned(gpu) && !own.Contains((block.Node, gpu))));
        if (isTaken)
        {
            return false;
        }

        // What it gives up may be what lets another one of its namespace have more.
        var more = entry.Blocks.Sum(block => block.Gpus.Length) - own.Count;
        return !_quotas.TryGetValue(entry.Claim.Namespace, out var quota) || quota.Free + quota.Coming >= more;
    }

    /// <summary>The first GPUs of each block.</summary>
    public static ImmutableArray<GpuBlock> Kept(ImmutableArray<GpuBlock> blocks, int gpuCount) =>
    [
        .. blocks.Select(block => block.Gpus.Length <= gpuCount ? block : block with { Gpus = block.Gpus[..gpuCount] }),
    ];

    private void Enter(LedgerEntry entry)
    {
        foreach (var block in entry.Blocks.Concat(entry.Lingering))
        {
            _byName.GetValueOrDefault(block.Node)?.Hold(block.Gpus, entry.Uid);
        }

        var blocks = entry switch
        {
            { Claim.IsEnding: true } => [],
            { Pending: { } pending } when pending.GpuCount < entry.GpuCount => Kept(entry.Blocks, pending.GpuCount),
            _ => entry.Blocks,
        };
        foreach (var block in blocks)
        {
            _byName.GetValueOrDefault(block.Node)?.Plan(block.Gpus, isPlanned: true);
        }

        _planned[entry.Uid] = blocks;
        if (_quotas.TryGetValue(entry.Claim.Namespace, out var quota))
        {
            quota.Free -= entry.HeldGpus;
            quota.Coming += entry.HeldGpus - blocks.Sum(block => block.Gpus.Length);
        }
    }

    private static int Open(NodeDraft node) => node.Free + node.Coming + node.Offered;

    private RoomCounts Rooms(bool withComing) => withComing ? _freeAndComing : _free;

    private bool HasSlots(RoomCounts rooms, int replicas, int gpuCount, long moreSlots = 0) =>
        gpuCount == 0 ? _nodes.Count > 0 : rooms.Slots(gpuCount) + moreSlots >= replicas;

    /// <summary>How many GPUs of the blocks the job holds already, and how many it would hold beside those.</summary>
    private (int Kept, int New) Count(LedgerEntry entry, ImmutableArray<GpuBlock> blocks)
    {
        var kept = 0;
        var added = 0;
        foreach (var block in blocks)
        {
            // What is not there any more is in a plan only because the job holds it.
            var node = _byName.GetValueOrDefault(block.Node);
            var held = node is null
                ? block.Gpus.Length
                : block.Gpus.Count(gpu => !node.Has(gpu) || node.IsHeldBy(gpu, entry.Uid));
            kept += held;
            added += block.Gpus.Length - held;
        }

        return (kept, added);
    }

    private void Mark(ImmutableArray<GpuBlock> blocks, bool isPlanned)
    {
        foreach (var block in blocks)
        {
            if (_byName.TryGetValue(block.Node, out var node))
            {
                var (free, coming, open) = (node.Free, node.Coming, Open(node));
                node.Plan(block.Gpus, isPlanned);
                _free.Change(free, node.Free);
                _freeAndComing.Change(free + coming, node.Free + node.Coming);
                _withOffers.Change(open, Open(node));
            }
        }
    }

    private sealed class QuotaDraft
    {
        /// <summary>The quota, less what is held and what is planned beside that; may be negative.</summary>
        public long Free { get; set; }

        /// <summary>Held by jobs that give it up.</summary>
        public long Coming { get; set; }

        /// <summary>Held by jobs that could give it up.</summary>
        public long Offered { get; set; }
    }
}
