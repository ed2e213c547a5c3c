using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// A working copy of the cluster that a policy plans on: what each job is to have from now on. A GPU that nobody holds
/// and nobody is to have is free; one that is held, and that nobody is to have, is coming: its holder gives it up.
/// Quotas are counted the same way. What is planned for a job is in neither, so that nothing is promised twice in one
/// plan.
/// </summary>
public sealed class ClusterDraft
{
    private readonly LedgerState _state;
    private readonly SortedDictionary<string, NodeDraft> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QuotaDraft> _quotas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<GpuBlock>> _planned = new(StringComparer.Ordinal);

    public ClusterDraft(LedgerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _state = state;
        foreach (var node in state.Nodes.Values)
        {
            _nodes[node.Name] = new(node);
        }

        foreach (var quota in state.Quotas.Values)
        {
            _quotas[quota.Namespace] = new() { Free = quota.GpuCount };
        }

        foreach (var entry in state.Entries.Values)
        {
            Enter(entry);
        }
    }

    /// <summary>GPUs that nobody holds and no plan has taken.</summary>
    public int FreeGpus => _nodes.Values.Sum(node => node.FreeGpus);

    /// <summary>The GPUs of the largest node.</summary>
    public int LargestNode => _nodes.Values.Select(node => node.Shape.UsableGpus).DefaultIfEmpty().Max();

    /// <summary>What a job is to have: what it has in the ledger, less what it gives up, or what was planned.</summary>
    public ImmutableArray<GpuBlock> PlannedFor(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _planned.GetValueOrDefault(entry.Uid, []);
    }

    /// <summary>True where every GPU of the blocks exists.</summary>
    public bool Exists(ImmutableArray<GpuBlock> blocks) => blocks.All(block =>
        block.Gpus.IsEmpty
            || (_nodes.TryGetValue(block.Node, out var node) && block.Gpus.All(node.Shape.Has)));

    /// <summary>True where the whole cluster, empty, could hold the gang at its least.</summary>
    public bool CouldEverHold(JobClaim claim) =>
        claim.GpuReq == 0
        || _nodes.Values.Sum(node => (long)node.Shape.UsableGpus / claim.GpuReq) >= claim.Replicas;

    /// <summary>True where its namespace's quota, with nothing else in it, would hold the gang at its least.</summary>
    public bool IsAllowed(JobClaim claim) =>
        !_state.Quotas.TryGetValue(claim.Namespace, out var quota)
        || (long)claim.GpuReq * claim.Replicas <= quota.GpuCount;

    /// <summary>
    /// False: its namespace's quota, and not the GPUs, keeps the gang from its least, whatever is on its way back.
    /// </summary>
    public bool IsWithinQuota(JobClaim claim) =>
        (long)claim.GpuReq * claim.Replicas <= QuotaLeft(claim, withComing: true);

    /// <summary>True where GPUs are free for the gang at its least, whatever its quota says.</summary>
    public bool HasRoom(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return Place(claim.Replicas, claim.GpuReq, own: [], withComing: false) is not null;
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
        var bound = (left + own.Sum(block => block.Gpus.Length)) / entry.Claim.Replicas;
        for (var count = (int)Math.Min(Math.Min(most, bound), LargestNode); count >= least; count--)
        {
            // A job that moves holds its old GPUs beside the new ones until they are confirmed: both count.
            if (Place(entry.Claim.Replicas, count, own, withComing) is { } blocks && Count(entry, blocks).New <= left)
            {
                return (count, blocks);
            }
        }

        return null;
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

    /// <summary>The first GPUs of each block.</summary>
    public static ImmutableArray<GpuBlock> Kept(ImmutableArray<GpuBlock> blocks, int gpuCount) =>
        [.. blocks.Select(block => block with { Gpus = [.. block.Gpus.Take(gpuCount)] })];

    private void Enter(LedgerEntry entry)
    {
        foreach (var (node, gpu) in entry.Held())
        {
            if (_nodes.TryGetValue(node, out var draft) && draft.Shape.Has(gpu))
            {
                draft.Holders[gpu] = entry.Uid;
            }
        }

        if (_quotas.TryGetValue(entry.Claim.Namespace, out var quota))
        {
            quota.Free -= entry.HeldGpus;
            quota.Coming += entry.HeldGpus;
        }

        Plan(entry, entry switch
        {
            { Claim.IsEnding: true } => [],
            { Pending: { } pending } when pending.GpuCount < entry.GpuCount => Kept(entry.Blocks, pending.GpuCount),
            _ => entry.Blocks,
        });
    }

    /// <summary>How many GPUs of the blocks the job holds already, and how many it would hold beside those.</summary>
    private (int Kept, int New) Count(LedgerEntry entry, ImmutableArray<GpuBlock> blocks)
    {
        var kept = 0;
        var added = 0;
        foreach (var block in blocks)
        {
            // What is not there any more is in a plan only because the job holds it.
            var node = _nodes.GetValueOrDefault(block.Node);
            var held = node is null
                ? block.Gpus.Length
                : block.Gpus.Count(gpu => !node.Shape.Has(gpu) || node.Holders[gpu] == entry.Uid);
            kept += held;
            added += block.Gpus.Length - held;
        }

        return (kept, added);
    }

    private ImmutableArray<GpuBlock>? Place(
        int replicas, int gpuCount, ImmutableArray<GpuBlock> own, bool withComing)
    {
        if (gpuCount == 0)
        {
            return _nodes.Count == 0 ? null : [.. Enumerable.Repeat(new GpuBlock(_nodes.Keys.First(), []), replicas)];
        }

        var usable = _nodes.ToDictionary(
            node => node.Key, node => UsableOn(node.Key, own, withComing), StringComparer.Ordinal);
        return own.Length == replicas && GrowInPlace(usable, gpuCount, own) is { } grown
            ? grown
            : PlaceAnew(usable, replicas, gpuCount);
    }

    private static ImmutableArray<GpuBlock>? GrowInPlace(
        Dictionary<string, List<int>> usable, int gpuCount, ImmutableArray<GpuBlock> own)
    {
        var kept = own.SelectMany(block => block.Gpus.Take(gpuCount).Select(gpu => (block.Node, gpu))).ToHashSet();
        var spare = usable.ToDictionary(
            node => node.Key,
            node => new Queue<int>(node.Value.Where(gpu => !kept.Contains((node.Key, gpu)))),
            StringComparer.Ordinal);
        var blocks = ImmutableArray.CreateBuilder<GpuBlock>(own.Length);
        foreach (var block in own)
        {
            var gpus = block.Gpus.Take(gpuCount).ToList();
            if (!spare.TryGetValue(block.Node, out var more) || gpus.Count + more.Count < gpuCount
                || gpus.Exists(gpu => !usable[block.Node].Contains(gpu)))
            {
                return null;
            }

            while (gpus.Count < gpuCount)
            {
                gpus.Add(more.Dequeue());
            }

            blocks.Add(new(block.Node, [.. gpus.Order()]));
        }

        return blocks.MoveToImmutable();
    }

    private static ImmutableArray<GpuBlock>? PlaceAnew(
        Dictionary<string, List<int>> usable, int replicas, int gpuCount)
    {
        // Fewest nodes: the node that takes all that is left and has the least to spare, otherwise the roomiest.
        var rooms = usable.Select(node => (Name: node.Key, Gpus: node.Value, Slots: node.Value.Count / gpuCount))
            .Where(node => node.Slots > 0)
            .OrderByDescending(node => node.Slots)
            .ThenBy(node => node.Name, StringComparer.Ordinal)
            .ToList();
        var blocks = ImmutableArray.CreateBuilder<GpuBlock>(replicas);
        while (blocks.Count < replicas)
        {
            if (rooms.Count == 0)
            {
                return null;
            }

            var left = replicas - blocks.Count;
            var room = rooms.Where(node => node.Slots >= left)
                .OrderBy(node => node.Gpus.Count)
                .ThenBy(node => node.Name, StringComparer.Ordinal)
                .FirstOrDefault(rooms[0]);
            rooms.Remove(room);
            for (var slot = 0; slot < Math.Min(room.Slots, left); slot++)
            {
                blocks.Add(new(room.Name, [.. room.Gpus.Skip(slot * gpuCount).Take(gpuCount)]));
            }
        }

        return blocks.MoveToImmutable();
    }

    private List<int> UsableOn(string name, ImmutableArray<GpuBlock> own, bool withComing)
    {
        var node = _nodes[name];
        var mine = own.Where(block => block.Node == name).SelectMany(block => block.Gpus).ToHashSet();
        var usable = new List<int>(node.Shape.UsableGpus);
        for (var gpu = 0; gpu < node.Shape.GpuCount; gpu++)
        {
            var isUsable = mine.Contains(gpu) || (!node.IsPlanned[gpu] && (withComing || node.Holders[gpu] is null));
            if (isUsable && node.Shape.Has(gpu))
            {
                usable.Add(gpu);
            }
        }

        return usable;
    }

    private void Mark(ImmutableArray<GpuBlock> blocks, bool isPlanned)
    {
        foreach (var block in blocks)
        {
            if (_nodes.TryGetValue(block.Node, out var node))
            {
                foreach (var gpu in block.Gpus.Where(node.Shape.Has))
                {
                    node.IsPlanned[gpu] = isPlanned;
                }
            }
        }
    }

    private sealed class NodeDraft(LedgerNode shape)
    {
        public LedgerNode Shape => shape;

        /// <summary>Uids of those that hold the GPUs in the ledger; null: nobody does.</summary>
        public string?[] Holders { get; } = new string?[shape.GpuCount];

        public bool[] IsPlanned { get; } = new bool[shape.GpuCount];

        public int FreeGpus => Enumerable.Range(0, shape.GpuCount)
            .Count(gpu => Holders[gpu] is null && !IsPlanned[gpu] && shape.Has(gpu));
    }

    private sealed class QuotaDraft
    {
        /// <summary>The quota, less what is held and what is planned beside that; may be negative.</summary>
        public long Free { get; set; }

        /// <summary>Held by jobs that give it up.</summary>
        public long Coming { get; set; }
    }
}
