using System.Collections.Immutable;
using Sluice.Lab.Workloads;

namespace Sluice.Lab.Model;

/// <summary>What became of a workload under a policy.</summary>
public sealed record LabRun
{
    public required Workload Workload { get; init; }

    public required Scenario Scenario { get; init; }

    public required string Policy { get; init; }

    public required int GpuCount { get; init; }

    /// <summary>In the order of the workload's jobs.</summary>
    public required ImmutableArray<JobOutcome> Jobs { get; init; }

    /// <summary>In the order in which they were taken; only what changed a job.</summary>
    public required ImmutableArray<LabDecision> Decisions { get; init; }

    /// <summary>How often the policy was asked.</summary>
    public required int Events { get; init; }
}

/// <summary>What became of one job. Times in seconds after the start of the workload.</summary>
/// <param name="Job">As it was in the workload.</param>
/// <param name="FirstStartAt">When it got its first GPUs.</param>
/// <param name="CompletedAt">When its last epoch was done.</param>
/// <param name="Restarts">Starts after the first.</param>
/// <param name="HeldGpuSeconds">All that it held.</param>
/// <param name="RestartGpuSeconds">Of these, held without progress after a change.</param>
/// <param name="LostGpuSeconds">Of these, spent on work that a change undid.</param>
public sealed record JobOutcome(
    WorkloadJob Job,
    double FirstStartAt,
    double CompletedAt,
    int Restarts,
    double HeldGpuSeconds,
    double RestartGpuSeconds,
    double LostGpuSeconds)
{
    /// <summary>Job completion time: from submission to completion; seconds.</summary>
    public double Jct => CompletedAt - Job.SubmittedAt;
}

/// <summary>A change that a policy decided.</summary>
/// <param name="At">Seconds after the start of the workload.</param>
/// <param name="Job">Index in the workload.</param>
/// <param name="From">GPUs that it had.</param>
/// <param name="To">GPUs that it got.</param>
/// <param name="LossSeconds">Work that the change undid.</param>
/// <param name="Reason">In the policy's words.</param>
public sealed record LabDecision(double At, int Job, int From, int To, double LossSeconds, string Reason);
