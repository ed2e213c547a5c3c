using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sluice.Scheduling.Ledger;

/// <summary>
/// What a managed job's committed row tells the ledger. A later claim of the same uid replaces an earlier one.
/// </summary>
public sealed record JobClaim
{
    /// <summary>Made at the job's creation; never used again.</summary>
    public required string Uid { get; init; }

    /// <summary>Key of the job's grain.</summary>
    public required string JobKey { get; init; }

    public required string JobName { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Replicas of the gang; 1 or more.</summary>
    public required int Replicas { get; init; }

    /// <summary>GPUs a replica, the least; 0 or more.</summary>
    public required int GpuReq { get; init; }

    /// <summary>GPUs a replica, the most.</summary>
    public required int GpuLim { get; init; }

    /// <summary>Higher is more urgent.</summary>
    public int Priority { get; init; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public required double ArrivedAt { get; init; }

    /// <summary>Place in the order of addition: breaks ties.</summary>
    public required long Added { get; init; }

    /// <summary>True: changes of a running job wait for its next checkpoint notification.</summary>
    public bool IsAfterCheckpoint { get; init; }

    /// <summary>How long an after-checkpoint change waits at most.</summary>
    public TimeSpan CheckpointDeadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Not resized again before it ran that long.</summary>
    public TimeSpan MinRunTime { get; init; }

    /// <summary>True: all its GPUs may be taken back for others; it goes on later from its last checkpoint.</summary>
    public bool IsSuspendable { get; init; }

    /// <summary>Seconds since the Unix epoch; the arrival before the first notification.</summary>
    public double LastCheckpointAt { get; init; }

    /// <summary>Notifications that changed the record.</summary>
    public long Notifications { get; init; }

    /// <summary>Epochs that are safe in a checkpoint; 0 or more.</summary>
    public double CompletedEpochs { get; init; }

    /// <summary>Epochs of the whole training; 0: nobody said.</summary>
    public double TotalEpochs { get; init; }

    /// <summary>
    /// What its starts showed of its speed, oldest first. Not stored with the ledger: the job's row has it.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<TrainingStretch> History { get; init; } = [];

    /// <summary>
    /// Since when, by the executor's word, the processes of <see cref="ConfirmedGeneration"/> run; null while they do
    /// not.
    /// </summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>The newest generation that the job's row has taken over.</summary>
    public long AppliedGeneration { get; init; }

    /// <summary>Nothing of an older generation runs any more.</summary>
    public long ConfirmedGeneration { get; init; }

    /// <summary>True: the job has ended or was deleted; whatever runs of it is being ended.</summary>
    public bool IsEnding { get; init; }

    /// <summary>True: nothing of it runs, and nothing will.</summary>
    public bool IsEnded { get; init; }
}
