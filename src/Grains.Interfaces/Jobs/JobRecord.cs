using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>
/// The job record of the job metadata service, in the documented order of fields. Its JSON form is written and read by
/// <see cref="JobRecordJsonConverter"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.job-record")]
[JsonConverter(typeof(JobRecordJsonConverter))]
public sealed record JobRecord
{
    /// <summary>Unique in its domain; 1–253 characters without control characters or <c>/</c>.</summary>
    [Id(0)] public required string JobName { get; init; }

    /// <summary>GPUs a replica, the least the job runs with; 0 to 1,000,000.</summary>
    [Id(1)] public required int GpuReq { get; init; }

    /// <summary>GPUs a replica, the most it can use; <see cref="GpuReq"/> to 1,000,000.</summary>
    [Id(2)] public required int GpuLim { get; init; }

    /// <summary>GPUs a replica that it holds now; 0 to <see cref="GpuLim"/>.</summary>
    [Id(3)] public required int GpuAssigned { get; init; }

    /// <summary>1 to 1,000,000; default 1.</summary>
    [Id(4)] public int Replicas { get; init; } = 1;

    /// <summary>Epochs the job will train; 0 or more; default 0.</summary>
    [Id(5)] public Number TotalEpochs { get; init; } = Number.Of(0);

    /// <summary>Seconds since the Unix epoch, UTC; within ±1e12.</summary>
    [Id(6)] public required Number JobArrivalTime { get; init; }

    /// <summary>Seconds since the Unix epoch, UTC; starts as <see cref="JobArrivalTime"/>.</summary>
    [Id(7)] public required Number LastCheckpointTime { get; init; }

    /// <summary>0 or more; fractions occur.</summary>
    [Id(8)] public Number CompletedEpochs { get; init; } = Number.Of(0);

    /// <summary>Seconds between the last two checkpoints; null before the first notification.</summary>
    [Id(9)] public Number? TimeBwCheckpoints { get; init; }

    /// <summary>Not empty; <c>scheduled</c> at first; <c>completed</c> has meaning.</summary>
    [Id(10)] public string Status { get; init; } = JobStatus.Scheduled;

    /// <summary>How often the job was started again; 0 or more.</summary>
    [Id(11)] public int Restarts { get; init; }

    /// <summary>Fields that are not the record's own, in the order in which they came.</summary>
    [Id(12)] public ImmutableArray<ExtraField> Extra { get; init; } = [];
}

/// <summary>A field that a client stored with a job.</summary>
/// <param name="Name">Its name; none of the record's own.</param>
/// <param name="Json">Its value, as JSON text.</param>
[GenerateSerializer, Immutable, Alias("sluice.extra-field")]
public sealed record ExtraField([property: Id(0)] string Name, [property: Id(1)] string Json);

/// <summary>The statuses that Sluice itself gives. External jobs may carry any non-empty text.</summary>
public static class JobStatus
{
    /// <summary>Waiting for GPUs.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>Its processes or pods run.</summary>
    public const string Running = "running";

    /// <summary>Holds nothing for now, and will go on from its last checkpoint.</summary>
    public const string Suspended = "suspended";

    /// <summary>Done; leaves the ranked lists.</summary>
    public const string Completed = "completed";

    /// <summary>Ended without success, and will not be started again.</summary>
    public const string Failed = "failed";
}
