using System.Collections.Immutable;

namespace Sluice.Scheduling.Targets;

/// <summary>What a policy wants from now on.</summary>
/// <param name="Targets">At most one a job; who is not named keeps what it holds.</param>
/// <param name="Memory">To be handed over at the next event.</param>
/// <param name="WakeAt">When to ask again though nothing happens; null: no need.</param>
public sealed record TargetPlan(ImmutableArray<JobTarget> Targets, PolicyMemory Memory, double? WakeAt = null)
{
    /// <summary>
    /// Why jobs that wait get nothing; at most one a job, and none for those in <see cref="Targets"/>. What it says
    /// must not change by itself as time goes by: each change is told.
    /// </summary>
    public ImmutableArray<JobWait> Waits { get; init; } = [];
}

/// <summary>A wanted change of one job.</summary>
/// <param name="Uid">The job.</param>
/// <param name="GpuCount">GPUs in all; 0: it waits or is suspended.</param>
/// <param name="Reason">In words and numbers.</param>
public readonly record struct JobTarget(string Uid, int GpuCount, string Reason);

/// <summary>A job that waits, and gets nothing yet.</summary>
/// <param name="Uid">The job.</param>
/// <param name="Reason">In words.</param>
public readonly record struct JobWait(string Uid, string Reason);
