using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>Chooses the GPUs of a gang: where it is already, or on the fewest nodes.</summary>
internal sealed class GangPlacement
{
    private static readonly FrozenSet<int> None = FrozenSet<int>.Empty;

    private readonly IReadOnlyList<NodeDraft> _nodes;
    private readonly ImmutableArray<GpuBlock> _own;
    private readonly bool _withComing;
    private readonly Dictionary<string, OwnNode> _ownNodes;

    /// <summary>Looks at the nodes as they are now.</summary>
    /// <param name="nodes">Ordered by name.</param>
    /// <param name="find">The same by name; null: there is none.</param>
    /// <param name="own">What the gang is planned to have: open to it beside what is free.</param>
    /// <param name="withComing">True: GPUs that are on their way back are open to it as well.</param>
    public GangPlacement(
        IReadOnlyList<NodeDraft> nodes, Func<string, NodeDraft?> find, ImmutableArray<GpuBlock> own, bool withComing)
    {
        (_nodes, _own, _withComing) = (nodes, own, withComing);
        _ownNodes = new(own.Length, StringComparer.Ordinal);
        foreach (var block in own)
        {
            if (_ownNodes.TryGetValue(block.Node, out var known))
            {
                known.Gpus.UnionWith(block.Gpus);
            }
            else if (find(block.Node) is { } node)
            {
                _ownNodes.Add(block.Node, new(node, [.. block.Gpus]));
            }
        }
    }

    /// <summary>Blocks that fit on the nodes that the gang is on, beyond those that fit without its own GPUs.</summary>
    public long MoreSlots(int gpuCount)
    {
        long slots = 0;
        if (gpuCount == 0)
        {
            return slots;
        }

        foreach (var (node, gpus) in _ownNodes.Values)
        {
            var room = node.Room(_withComing);
            slots += ((room + gpus.Count(node.Has)) / gpuCount) - (room / gpuCount);
        }

        return slots;
    }

    /// <summary>One block a replica; null where the gang does not fit.</summary>
    public ImmutableArray<GpuBlock>? Place(int replicas, int gpuCount)
    {
        if (gpuCount == 0)
        {
            return _nodes.Count == 0 ? null : [.. Enumerable.Repeat(new GpuBlock(_nodes[0].Name, []), replicas)];
        }

        return _own.Length == replicas && ScaleInPlace(gpuCount) is { } scaled ? scaled : PlaceAnew(replicas, gpuCount);
    }

    private ImmutableArray<GpuBlock>? ScaleInPlace(int gpuCount)
    {
        var available = _ownNodes.ToDictionary(
            node => node.Key, node => Available(node.Value.Node), StringComparer.Ordinal);
        var kept = _own.SelectMany(block => block.Gpus.Take(gpuCount).Select(gpu => (block.Node, gpu))).ToHashSet();
        var spare = available.ToDictionary(
            node => node.Key,
            node => new Queue<int>(node.Value.Where(gpu => !kept.Contains((node.Key, gpu)))),
            StringComparer.Ordinal);
        var blocks = ImmutableArray.CreateBuilder<GpuBlock>(_own.Length);
        foreach (var block in _own)
        {
            var gpus = block.Gpus.Take(gpuCount).ToList();
            if (!spare.TryGetValue(block.Node, out var more) || gpus.Count + more.Count < gpuCount
                || gpus.Exists(gpu => !available[block.Node].Contains(gpu)))
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

    private ImmutableArray<GpuBlock>? PlaceAnew(int replicas, int gpuCount)
    {
        var blocks = ImmutableArray.CreateBuilder<GpuBlock>(replicas);
        var taken = new HashSet<NodeDraft>();
        while (blocks.Count < replicas)
        {
            var left = replicas - blocks.Count;
            if (Choose(left, gpuCount, taken) is not { } node)
            {
                return null;
            }

            taken.Add(node);
            var gpus = Available(node);
            for (var slot = 0; slot < Math.Min(gpus.Count / gpuCount, left); slot++)
            {
                blocks.Add(new(node.Name, [.. gpus.Skip(slot * gpuCount).Take(gpuCount)]));
            }
        }

        return blocks.MoveToImmutable();
    }

    /// <summary>
    /// Fewest nodes: the node that takes all that is left and has the least to spare, otherwise the roomiest.
    /// </summary>
    private NodeDraft? Choose(int left, int gpuCount, HashSet<NodeDraft> taken)
    {
        (NodeDraft? Node, int Room) tightest = (null, int.MaxValue);
        (NodeDraft? Node, int Slots) roomiest = (null, 0);
        foreach (var node in _nodes)
        {
            var room = Room(node);
            var slots = room / gpuCount;
            if (slots == 0 || (taken.Count > 0 && taken.Contains(node)))
            {
                continue;
            }

            tightest = slots >= left && room < tightest.Room ? (node, room) : tightest;
            roomiest = slots > roomiest.Slots ? (node, slots) : roomiest;
        }

        return tightest.Node ?? roomiest.Node;
    }

    private int Room(NodeDraft node) => node.Room(_withComing)
        + (_ownNodes.Count > 0 && _ownNodes.TryGetValue(node.Name, out var mine) ? mine.Gpus.Count(node.Has) : 0);

    private List<int> Available(NodeDraft node) =>
        node.Available(_ownNodes.TryGetValue(node.Name, out var mine) ? mine.Gpus : None, _withComing);

    private sealed record OwnNode(NodeDraft Node, HashSet<int> Gpus);
}
