using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Demo;

/// <summary>Jobs and GPUs as they were at one moment of a demo.</summary>
internal sealed record DemoSnapshot
{
    /// <summary>Since the first deployment.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>GPUs of all nodes.</summary>
    public required int Capacity { get; init; }

    /// <summary>GPUs that jobs hold, those that are being given back included.</summary>
    public required int Held { get; init; }

    /// <summary>False: the GPUs are real.</summary>
    public required bool IsSimulated { get; init; }

    /// <summary>In the order of their deployment.</summary>
    public required ImmutableArray<DemoJob> Jobs { get; init; }

    /// <summary>True once <paramref name="count"/> jobs are there and all have ended.</summary>
    public bool HaveAllEnded(int count) => Jobs.Length == count && Jobs.All(job => job.HasEnded);

    public static DemoSnapshot Of(TimeSpan at, IEnumerable<JobRecord> jobs, CapacityView capacity)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        var allocations = capacity.Allocations.Where(allocation => !allocation.IsEnding)
            .ToDictionary(allocation => allocation.JobName);
        return new()
        {
            At = at,
            Capacity = capacity.Nodes.Sum(node => node.GpuCount),
            Held = capacity.Allocations.Sum(allocation => allocation.HeldGpus),
            IsSimulated = capacity.Nodes.Any(node => node.IsSimulated),
            Jobs = [.. jobs.Select(job => DemoJob.Of(job, allocations.GetValueOrDefault(job.JobName)))],
        };
    }
}

/// <summary>One job at one moment.</summary>
internal sealed record DemoJob
{
    public required string Name { get; init; }

    public required string Status { get; init; }

    /// <summary>GPUs a replica that are decided; 0 while it waits and after its end.</summary>
    public required int Gpus { get; init; }

    public required int Replicas { get; init; }

    public required int GpuReq { get; init; }

    public required int GpuLim { get; init; }

    /// <summary>Of the decision; 0 before the first and after the end.</summary>
    public required long Generation { get; init; }

    /// <summary>GPUs a replica that are decided for the next checkpoint.</summary>
    public required int? AtNextCheckpoint { get; init; }

    /// <summary>Of the decision.</summary>
    public required string Reason { get; init; }

    public required double CompletedEpochs { get; init; }

    /// <summary>0 before the trainer has said it.</summary>
    public required double TotalEpochs { get; init; }

    /// <summary>Seconds since the Unix epoch; null before the first.</summary>
    public required double? LastCheckpointTime { get; init; }

    public required int Restarts { get; init; }

    public bool HasEnded => Status is JobStatus.Completed or JobStatus.Failed;

    public static DemoJob Of(JobRecord job, AllocationView? allocation)
    {
        ArgumentNullException.ThrowIfNull(job);
        var hasEnded = job.Status is JobStatus.Completed or JobStatus.Failed;
        return new()
        {
            Name = job.JobName,
            Status = job.Status,
            Gpus = hasEnded ? 0 : allocation?.Decided.GpuCount ?? job.GpuAssigned,
            Replicas = job.Replicas,
            GpuReq = job.GpuReq,
            GpuLim = job.GpuLim,
            Generation = hasEnded ? 0 : allocation?.Decided.Generation ?? 0,
            AtNextCheckpoint = hasEnded ? null : allocation?.Decided.AtNextCheckpoint,
            Reason = allocation?.Decided.Reason ?? "",
            CompletedEpochs = job.CompletedEpochs.Value,
            TotalEpochs = job.TotalEpochs.Value,
            LastCheckpointTime = job.TimeBwCheckpoints is null ? null : job.LastCheckpointTime.Value,
            Restarts = job.Restarts,
        };
    }
}
