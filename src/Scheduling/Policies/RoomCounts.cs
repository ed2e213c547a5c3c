namespace Sluice.Scheduling.Policies;

/// <summary>How many nodes have room for how many GPUs: tells at one look whether a gang fits somewhere.</summary>
internal sealed class RoomCounts
{
    // Few, as nodes have few sizes. Only ever summed up, so their order does not matter.
    private readonly Dictionary<int, int> _nodesByRoom = [];

    /// <summary>GPUs of all nodes together.</summary>
    public long Total { get; private set; }

    public void Add(int room)
    {
        Total += room;
        _nodesByRoom[room] = _nodesByRoom.GetValueOrDefault(room) + 1;
    }

    /// <summary>A node that had so much room has so much now.</summary>
    public void Change(int before, int now)
    {
        if (before == now)
        {
            return;
        }

        Total -= before;
        if (--_nodesByRoom[before] == 0)
        {
            _nodesByRoom.Remove(before);
        }

        Add(now);
    }

    /// <summary>Blocks of so many GPUs that fit, each on one node.</summary>
    /// <param name="gpuCount">1 or more.</param>
    public long Slots(int gpuCount)
    {
        long slots = 0;
        foreach (var (room, nodes) in _nodesByRoom)
        {
            slots += (long)nodes * (room / gpuCount);
        }

        return slots;
    }
}
