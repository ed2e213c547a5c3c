using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// A working copy of the cluster that a policy plans on. Each GPU is free, coming (held by somebody who gives it up),
/// or taken; what is planned for a job is taken out of both, so that no GPU is promised twice in one plan.
/// </summary>
public sealed class ClusterDraft
{
    private enum GpuUse : byte
    {
        Free,
        Coming,
        Taken,
    }

    private readonly SortedDictionary<string, GpuUse[]> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _quotaLeft = new(StringComparer.Ordinal);

    public ClusterDraft(LedgerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var node in state.Nodes.Values)
        {
            _nodes[node.Name] = new GpuUse[node.GpuCount];
        }

        foreach (var quota in state.Quotas.Values)
        {
            _quotaLeft[quota.Namespace] = quota.GpuCount - state.HeldIn(quota.Namespace);
        }

        foreach (var entry in state.Entries.Values)
        {
            Mark(entry.Blocks, entry.Claim.IsEnding ? GpuUse.Coming : GpuUse.Taken);
            Mark(entry.Lingering, GpuUse.Coming);
            if (entry.Pending is { } pending && pending.GpuCount < entry.GpuCount)
            {
                Mark(Surplus(entry.Blocks, pending.GpuCount), GpuUse.Coming);
            }
        }
    }

    /// <summary>GPUs that nobody holds and no plan has taken.</summary>
    public int FreeGpus => _nodes.Values.Sum(gpus => gpus.Count(use => use == GpuUse.Free));

    /// <summary>The GPUs of the largest node.</summary>
    public int LargestNode => _nodes.Values.Select(gpus => gpus.Length).DefaultIfEmpty().Max();

    /// <summary>True where every GPU of the blocks exists.</summary>
    public bool Exists(ImmutableArray<GpuBlock> blocks) => blocks.All(block =>
        block.Gpus.IsEmpty || (_nodes.TryGetValue(block.Node, out var gpus) && block.Gpus.All(gpu => gpu < gpus.Length)));

    /// <summary>True where the whole cluster, empty, could hold the gang at its least.</summary>
    public bool CouldEverHold(JobClaim claim) =>
        claim.GpuReq == 0 || _nodes.Values.Sum(gpus => (long)gpus.Length / claim.GpuReq) >= claim.Replicas;

    /// <summary>False: its namespace's quota, and not the GPUs, keeps the gang from its least.</summary>
    public bool IsWithinQuota(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return !_quotaLeft.TryGetValue(claim.Namespace, out var left) || (long)claim.GpuReq * claim.Replicas <= left;
    }

    /// <summary>
    /// The most GPUs a replica, from <paramref name="least"/> to <paramref name="most"/>, at which the whole gang fits;
    /// null where not even the least does.
    /// </summary>
    /// <param name="claim">The gang.</param>
    /// <param name="least">GPUs a replica.</param>
    /// <param name="most">GPUs a replica.</param>
    /// <param name="own">What the job holds already and may keep.</param>
    /// <param name="withComing">True: GPUs that are on their way back count as free.</param>
    public (int GpuCount, ImmutableArray<GpuBlock> Blocks)? MostThatFits(
        JobClaim claim, int least, int most, ImmutableArray<GpuBlock> own, bool withComing = false)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var held = own.Sum(block => block.Gpus.Length);
        var quota = _quotaLeft.TryGetValue(claim.Namespace, out var left) ? (left + held) / claim.Replicas : int.MaxValue;
        for (var count = Math.Min(Math.Min(most, quota), LargestNode); count >= least; count--)
        {
            if (Place(claim.Replicas, count, own, withComing) is { } blocks)
            {
                return (count, blocks);
            }
        }

        return null;
    }

    /// <summary>Takes the blocks out of what others may be given; <paramref name="own"/> goes back first.</summary>
    public void Take(JobClaim claim, ImmutableArray<GpuBlock> own, ImmutableArray<GpuBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(claim);
        Mark(own, GpuUse.Coming);
        Mark(blocks, GpuUse.Taken);
        if (_quotaLeft.TryGetValue(claim.Namespace, out var left))
        {
            // What is given up stays held until it is confirmed, so a quota never gets looser in a plan.
            var more = blocks.Sum(block => block.Gpus.Length) - own.Sum(block => block.Gpus.Length);
            _quotaLeft[claim.Namespace] = left - Math.Max(0, more);
        }
    }

    /// <summary>Plans that a job gives up all over <paramref name="gpuCount"/> a replica.</summary>
    /// <returns>What it keeps.</returns>
    public ImmutableArray<GpuBlock> Shrink(ImmutableArray<GpuBlock> blocks, int gpuCount)
    {
        Mark(Surplus(blocks, gpuCount), GpuUse.Coming);
        return Kept(blocks, gpuCount);
    }

    /// <summary>Takes a planned shrinking back.</summary>
    public void Restore(ImmutableArray<GpuBlock> blocks) => Mark(blocks, GpuUse.Taken);

    /// <summary>The first GPUs of each block.</summary>
    public static ImmutableArray<GpuBlock> Kept(ImmutableArray<GpuBlock> blocks, int gpuCount) =>
        [.. blocks.Select(block => block with { Gpus = [.. block.Gpus.Take(gpuCount)] })];

    private static ImmutableArray<GpuBlock> Surplus(ImmutableArray<GpuBlock> blocks, int gpuCount) =>
        [.. blocks.Select(block => block with { Gpus = [.. block.Gpus.Skip(gpuCount)] })];

    private ImmutableArray<GpuBlock>? Place(
        int replicas, int gpuCount, ImmutableArray<GpuBlock> own, bool withComing)
    {
        if (gpuCount == 0)
        {
            return _nodes.Count == 0 ? null : [.. Enumerable.Repeat(new GpuBlock(_nodes.Keys.First(), []), replicas)];
        }

        var usable = _nodes.ToDictionary(node => node.Key, node => UsableOn(node.Key, own, withComing), StringComparer.Ordinal);
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

    private static ImmutableArray<GpuBlock>? PlaceAnew(Dictionary<string, List<int>> usable, int replicas, int gpuCount)
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

    private List<int> UsableOn(string node, ImmutableArray<GpuBlock> own, bool withComing)
    {
        var gpus = _nodes[node];
        var mine = own.Where(block => block.Node == node).SelectMany(block => block.Gpus).ToHashSet();
        var usable = new List<int>(gpus.Length);
        for (var gpu = 0; gpu < gpus.Length; gpu++)
        {
            if (gpus[gpu] == GpuUse.Free || (withComing && gpus[gpu] == GpuUse.Coming) || mine.Contains(gpu))
            {
                usable.Add(gpu);
            }
        }

        return usable;
    }

    private void Mark(ImmutableArray<GpuBlock> blocks, GpuUse use)
    {
        foreach (var block in blocks)
        {
            if (!_nodes.TryGetValue(block.Node, out var gpus))
            {
                continue;
            }

            foreach (var gpu in block.Gpus.Where(gpu => gpu < gpus.Length))
            {
                gpus[gpu] = use;
            }
        }
    }
}
