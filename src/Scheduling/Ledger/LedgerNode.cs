using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sluice.Scheduling.Ledger;

/// <summary>A node whose GPUs the ledger gives out.</summary>
/// <param name="Name">Unique in the domain.</param>
/// <param name="Executor">Who reported it.</param>
/// <param name="GpuCount">GPUs, indices 0 to <paramref name="GpuCount"/> − 1, those that are lost included.</param>
/// <param name="IsSimulated">True: its GPUs exist in name only.</param>
public sealed record LedgerNode(string Name, string Executor, int GpuCount, bool IsSimulated)
{
    /// <summary>
    /// Indices below <see cref="GpuCount"/> whose GPU is not there now, ascending; empty in older rows.
    /// </summary>
    public ImmutableArray<int> LostGpus
    {
        get => field.IsDefault ? [] : field;
        init;
    } = [];

    /// <summary>GPUs that may be given out.</summary>
    [JsonIgnore]
    public int UsableGpus => GpuCount - LostGpus.Length;

    /// <summary>True: the GPU is there.</summary>
    public bool Has(int gpu) => gpu >= 0 && gpu < GpuCount && !LostGpus.Contains(gpu);

    public bool Equals(LedgerNode? other) =>
        other is not null
        && (Name, Executor, GpuCount, IsSimulated) == (other.Name, other.Executor, other.GpuCount, other.IsSimulated)
        && LostGpus.AsSpan().SequenceEqual(other.LostGpus.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, Executor, GpuCount, IsSimulated, LostGpus.Length);
}

/// <summary>The most GPUs that a namespace may hold.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Executor">Who reported it.</param>
/// <param name="GpuCount">0 or more.</param>
public sealed record LedgerQuota(string Namespace, string Executor, int GpuCount);
