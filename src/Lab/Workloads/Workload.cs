using System.Collections.Immutable;

namespace Sluice.Lab.Workloads;

/// <summary>Jobs that come one after the other.</summary>
/// <param name="Name">Such as <c>load1.0-workload-1</c>.</param>
/// <param name="Jobs">In the order of submission.</param>
public sealed record Workload(string Name, ImmutableArray<WorkloadJob> Jobs)
{
    /// <summary>More are refused.</summary>
    public const int MaxJobs = 100_000;
}
