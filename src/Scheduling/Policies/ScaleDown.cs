using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>A running job that gives up GPUs.</summary>
/// <param name="Entry">As it is in the ledger.</param>
/// <param name="GpuCount">GPUs a replica that it keeps.</param>
/// <param name="ForUids">The waiting jobs that they are for; empty: it was asked to do with less.</param>
internal sealed record ScaleDown(LedgerEntry Entry, int GpuCount, ImmutableArray<string> ForUids)
{
    /// <summary>The same for one more waiting job, which needs more or nothing beside.</summary>
    public ScaleDown Also(string forUid, int gpuCount) =>
        this with { GpuCount = gpuCount, ForUids = ForUids.Contains(forUid) ? ForUids : ForUids.Add(forUid) };
}
