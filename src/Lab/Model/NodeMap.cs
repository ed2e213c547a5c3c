namespace Sluice.Lab.Model;

/// <summary>
/// Which replica sits on which node. Replicas of a job are equal, and each is on one node, the fullest that has room for
/// it. What runs is moved only when its own count changes upwards.
/// </summary>
internal sealed class NodeMap
{
    private readonly int[] _free;
    private readonly Dictionary<string, Placement> _placements = new(StringComparer.Ordinal);

    public NodeMap(LabCluster cluster)
    {
        _free = new int[(cluster.GpuCount + cluster.NodeGpus - 1) / cluster.NodeGpus];
        Array.Fill(_free, cluster.NodeGpus);
        _free[^1] = cluster.GpuCount - (_free.Length - 1) * cluster.NodeGpus;
    }

    /// <summary>GPUs that nobody holds, by node.</summary>
    public IReadOnlyList<int> FreeByNode => _free;

    public void Free(string uid)
    {
        if (_placements.Remove(uid, out var placement))
        {
            Give(placement, placement.Size);
        }
    }

    /// <summary>Gives a job at most what is wanted: the most that has room. Without room it keeps what it has.</summary>
    /// <returns>GPUs that it has now, in all.</returns>
    public int Fit(string uid, int replicas, int held, int wanted, int least)
    {
        var size = wanted / replicas;
        if (wanted == 0)
        {
            Free(uid);
            return 0;
        }

        if (size * replicas < least || size * replicas == held)
        {
            return held;
        }

        if (wanted < held)
        {
            // In place: each replica gives the same.
            var placement = _placements[uid];
            Give(placement, placement.Size - size);
            _placements[uid] = placement with { Size = size };
            return size * replicas;
        }

        return Grow(uid, replicas, held, size, least);
    }

    private int Grow(string uid, int replicas, int held, int size, int least)
    {
        var before = _placements.GetValueOrDefault(uid);
        Free(uid);
        for (; size * replicas > held && size * replicas >= least; size--)
        {
            if (Place(replicas, size) is { } nodes)
            {
                Take(uid, new(nodes, size));
                return size * replicas;
            }
        }

        if (before is not null)
        {
            Take(uid, before);
        }

        return held;
    }

    /// <summary>A node for each replica; null: they do not all find room.</summary>
    private int[]? Place(int replicas, int size)
    {
        var free = (int[])_free.Clone();
        var nodes = new int[replicas];
        for (var replica = 0; replica < replicas; replica++)
        {
            var best = -1;
            for (var node = 0; node < free.Length; node++)
            {
                if (free[node] >= size && (best < 0 || free[node] < free[best]))
                {
                    best = node;
                }
            }

            if (best < 0)
            {
                return null;
            }

            free[best] -= size;
            nodes[replica] = best;
        }

        return nodes;
    }

    private void Take(string uid, Placement placement)
    {
        Give(placement, -placement.Size);
        _placements[uid] = placement;
    }

    private void Give(Placement placement, int gpus)
    {
        foreach (var node in placement.Nodes)
        {
            _free[node] += gpus;
        }
    }

    /// <param name="Nodes">Of each replica.</param>
    /// <param name="Size">GPUs of each.</param>
    private sealed record Placement(int[] Nodes, int Size);
}
