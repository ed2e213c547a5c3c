using System.Collections.Immutable;

namespace Sluice.Scheduling.Targets;

/// <summary>What a policy wants from now on.</summary>
/// <param name="Targets">At most one a job; who is not named keeps what it holds.</param>
/// <param name="Memory">To be handed over at the next event.</param>
/// <param name="WakeAt">When to ask again though nothing happens; null: no need.</param>
public sealed record TargetPlan(ImmutableArray<JobTarget> Targets, PolicyMemory Memory, double? WakeAt = null);

/// <summary>A wanted change of one job.</summary>
/// <param name="Uid">The job.</param>
/// <param name="GpuCount">GPUs in all; 0: it waits or is suspended.</param>
/// <param name="Reason">In words and numbers.</param>
public readonly record struct JobTarget(string Uid, int GpuCount, string Reason);
