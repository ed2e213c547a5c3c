using System.Collections.Immutable;

namespace Sluice.Grains.Interfaces.Capacity;

/// <summary>What the ledger has decided for one managed job.</summary>
[GenerateSerializer, Immutable, Alias("sluice.allocation")]
public sealed record Allocation
{
    /// <summary>The job's uid.</summary>
    [Id(0)] public required string Uid { get; init; }

    /// <summary>Unique in the domain, never starts over; a fencing number. 0: nothing was decided yet.</summary>
    [Id(1)] public required long Generation { get; init; }

    /// <summary>GPUs a replica; within the job's range, or 0 while it waits.</summary>
    [Id(2)] public required int GpuCount { get; init; }

    /// <summary>One block a replica, in the order of ranks; empty while the job waits.</summary>
    [Id(3)] public ImmutableArray<GpuBlock> Blocks { get; init; } = [];

    /// <summary>Why, in words and numbers.</summary>
    [Id(4)] public required string Reason { get; init; }

    /// <summary>
    /// GPUs a replica that are decided for the job's next checkpoint; null where nothing waits for one.
    /// </summary>
    [Id(5)] public int? AtNextCheckpoint { get; init; }

    /// <summary>True: the job may run. False: it waits, or stops and waits.</summary>
    [Id(6)] public bool IsAdmitted { get; init; }
}

/// <summary>The GPUs of one replica.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Gpus">Indices of GPUs on the node, ascending.</param>
[GenerateSerializer, Immutable, Alias("sluice.gpu-block")]
public sealed record GpuBlock([property: Id(0)] string Node, [property: Id(1)] ImmutableArray<int> Gpus)
{
    /// <summary>As shown to people: <c>node-0:0,1</c>.</summary>
    public override string ToString() => $"{Node}:{string.Join(',', Gpus)}";
}
