namespace Sluice.Scheduling.Ledger;

/// <summary>A node whose GPUs the ledger gives out.</summary>
/// <param name="Name">Unique in the domain.</param>
/// <param name="Executor">Who reported it.</param>
/// <param name="GpuCount">Allocatable GPUs, indices 0 to <paramref name="GpuCount"/> − 1.</param>
/// <param name="IsSimulated">True: its GPUs exist in name only.</param>
public sealed record LedgerNode(string Name, string Executor, int GpuCount, bool IsSimulated);

/// <summary>The most GPUs that a namespace may hold.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Executor">Who reported it.</param>
/// <param name="GpuCount">0 or more.</param>
public sealed record LedgerQuota(string Namespace, string Executor, int GpuCount);
