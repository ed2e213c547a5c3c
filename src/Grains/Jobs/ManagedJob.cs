using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Manifests;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Jobs;

/// <summary>How a managed job ended.</summary>
public enum JobEnd
{
    None = 0,
    Completed = 1,
    Failed = 2,
}

/// <summary>What is stored of a job that Sluice runs, beside its record.</summary>
public sealed record ManagedJob
{
    /// <summary>Made at creation, never used again.</summary>
    public required string Uid { get; init; }

    /// <summary>The manifest as it was sent.</summary>
    public required string ManifestText { get; init; }

    public required ManifestKind Kind { get; init; }

    public required string Namespace { get; init; }

    public int Priority { get; init; }

    public bool IsAfterCheckpoint { get; init; }

    public TimeSpan CheckpointDeadline { get; init; }

    public TimeSpan MinRunTime { get; init; }

    /// <summary>True: all its GPUs may be taken back for others; it goes on later from its last checkpoint.</summary>
    public bool IsSuspendable { get; init; }

    public required RestartRule RestartRule { get; init; }

    /// <summary>Failures in a row after which the job has failed.</summary>
    public int BackoffLimit { get; init; }

    /// <summary>Checkpoint notifications that changed the record.</summary>
    public long Notifications { get; init; }

    /// <summary>What its starts showed of its speed, oldest first.</summary>
    public ImmutableArray<TrainingStretch> History
    {
        // Absent in what earlier versions stored.
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>The newest decision of the ledger that was taken over; null before the first.</summary>
    public Allocation? Applied { get; init; }

    /// <summary>The start that should run, from 1; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>Not started again before; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Nothing of an older generation runs any more.</summary>
    public long ConfirmedGeneration { get; init; }

    /// <summary>Since when the desired attempt runs; null while it does not.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Failures since the last checkpoint.</summary>
    public int Failures { get; init; }

    /// <summary>The run that is not yet known to have ended; null: there is none.</summary>
    public UnsavedTraining? Unsaved { get; init; }

    /// <summary>Training work lost so far, in all; 0 or more.</summary>
    public double LostSeconds { get; init; }

    /// <summary>What the last stop lost; null before the first.</summary>
    public TrainingLoss? LastLoss { get; init; }

    public int? ExitCode { get; init; }

    public string? Message { get; init; }

    public JobEnd End { get; init; }

    /// <summary>True: it has ended, and nothing of it runs.</summary>
    public bool IsEndConfirmed { get; init; }

    [JsonIgnore]
    public bool ShouldRun => End == JobEnd.None && Applied is { IsAdmitted: true };

    /// <summary>True: it failed, holds its GPUs, and is started again at <see cref="NotBefore"/>.</summary>
    [JsonIgnore]
    public bool IsBackingOff => ShouldRun && NotBefore is not null;

    [JsonIgnore]
    public long Generation => Applied?.Generation ?? 0;
}
