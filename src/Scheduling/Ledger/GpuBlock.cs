using System.Collections.Immutable;

namespace Sluice.Scheduling.Ledger;

/// <summary>GPUs of one node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Gpus">Indices on the node, ascending, each once.</param>
public sealed record GpuBlock(string Node, ImmutableArray<int> Gpus)
{
    public bool Equals(GpuBlock? other) =>
        other is not null && Node == other.Node && Gpus.AsSpan().SequenceEqual(other.Gpus.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Node, Gpus.Length);

    /// <summary>As shown to people: <c>node-0:0,1</c>.</summary>
    public override string ToString() => $"{Node}:{string.Join(',', Gpus)}";
}
