using System.Collections.Immutable;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>The body of <c>POST /add_job</c>, types checked, ranges not yet.</summary>
[GenerateSerializer, Immutable, Alias("sluice.add-job")]
public sealed record AddJob
{
    /// <summary>As <see cref="JobRecord.GpuReq"/>.</summary>
    [Id(0)] public required long GpuReq { get; init; }

    /// <summary>As <see cref="JobRecord.GpuLim"/>.</summary>
    [Id(1)] public required long GpuLim { get; init; }

    /// <summary>As <see cref="JobRecord.GpuAssigned"/>.</summary>
    [Id(2)] public required long GpuAssigned { get; init; }

    /// <summary>Null: 1.</summary>
    [Id(3)] public long? Replicas { get; init; }

    /// <summary>Null: 0.</summary>
    [Id(4)] public Number? TotalEpochs { get; init; }

    /// <summary>Null: now, in whole seconds.</summary>
    [Id(5)] public Number? JobArrivalTime { get; init; }

    /// <summary>The operation that this call belongs to; kept by all retries of one HTTP request.</summary>
    [Id(6)] public string? OperationId { get; init; }
}

/// <summary>The body of <c>PUT /update_last_checkpoint</c>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.update-checkpoint")]
public sealed record UpdateCheckpoint
{
    /// <summary>Seconds since the Unix epoch.</summary>
    [Id(0)] public required Number LastCheckpointTime { get; init; }

    /// <summary>0 or more.</summary>
    [Id(1)] public required Number CompletedEpochs { get; init; }

    /// <summary>Stored where given.</summary>
    [Id(2)] public Number? TotalEpochs { get; init; }

    /// <summary>
    /// The uid of the job that trains: one that was deleted, and whose name another has by now, must not speak for
    /// that. Null: the name alone counts.
    /// </summary>
    [Id(3)] public string? RunUid { get; init; }
}

/// <summary>The body of <c>PUT /update_job_status</c>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.update-status")]
public sealed record UpdateStatus
{
    /// <summary>Not empty.</summary>
    [Id(0)] public required string Status { get; init; }
}

/// <summary>The body of <c>PUT /update_job</c>: null means left alone.</summary>
[GenerateSerializer, Immutable, Alias("sluice.update-job")]
public sealed record UpdateJob
{
    /// <summary>As <see cref="JobRecord.GpuReq"/>.</summary>
    [Id(0)] public long? GpuReq { get; init; }

    /// <summary>As <see cref="JobRecord.GpuLim"/>.</summary>
    [Id(1)] public long? GpuLim { get; init; }

    /// <summary>As <see cref="JobRecord.GpuAssigned"/>.</summary>
    [Id(2)] public long? GpuAssigned { get; init; }

    /// <summary>As <see cref="JobRecord.Replicas"/>.</summary>
    [Id(3)] public long? Replicas { get; init; }

    /// <summary>As <see cref="JobRecord.TotalEpochs"/>.</summary>
    [Id(4)] public Number? TotalEpochs { get; init; }

    /// <summary>As <see cref="JobRecord.JobArrivalTime"/>.</summary>
    [Id(5)] public Number? JobArrivalTime { get; init; }

    /// <summary>As <see cref="JobRecord.LastCheckpointTime"/>.</summary>
    [Id(6)] public Number? LastCheckpointTime { get; init; }

    /// <summary>As <see cref="JobRecord.CompletedEpochs"/>.</summary>
    [Id(7)] public Number? CompletedEpochs { get; init; }

    /// <summary>As <see cref="JobRecord.TimeBwCheckpoints"/>.</summary>
    [Id(8)] public Number? TimeBwCheckpoints { get; init; }

    /// <summary>As <see cref="JobRecord.Status"/>.</summary>
    [Id(9)] public string? Status { get; init; }

    /// <summary>As <see cref="JobRecord.Restarts"/>.</summary>
    [Id(10)] public long? Restarts { get; init; }

    /// <summary>Fields that are not the record's own: stored, and returned after them.</summary>
    [Id(11)] public ImmutableArray<ExtraField> Extra { get; init; } = [];
}

/// <summary>The operation of <c>PUT /increment_restarts</c>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.increment-restarts")]
public sealed record IncrementRestarts
{
    /// <summary>Remembered for 24 hours, the last 64 a job; null: every call counts.</summary>
    [Id(0)] public string? OperationId { get; init; }

    /// <summary>A digest of the request; another one under the same operation id is refused.</summary>
    [Id(1)] public string? RequestDigest { get; init; }
}

/// <summary>The body of <c>POST /deploy</c>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.deploy-job")]
public sealed record DeployJob
{
    /// <summary>The manifest as it was sent: YAML, at most 1 MiB.</summary>
    [Id(0)] public required string Manifest { get; init; }

    /// <summary>
    /// A repeat of the deployment that made the job is answered as the first; null: every call counts.
    /// </summary>
    [Id(1)] public string? OperationId { get; init; }
}
