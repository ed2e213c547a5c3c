using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Grains.Jobs;

/// <summary>
/// What is stored of a job. The record comes first, so that lists can be cut out of the row unparsed.
/// </summary>
public sealed record JobState : IStoredJob
{
    public static readonly JobState Nothing = new();

    /// <summary>Null: never added, or deleted.</summary>
    [JsonPropertyOrder(-1)]
    public JobRecord? Record { get; init; }

    /// <summary>False until the first checkpoint notification.</summary>
    public bool HasNotified { get; init; }

    /// <summary>The operation that added the job: its repeats get the same answer.</summary>
    public string? AddedBy { get; init; }

    /// <summary>The operation that deleted the last job of this name: its repeats get the same answer.</summary>
    public string? DeletedBy { get; init; }

    /// <summary>Null: external.</summary>
    public ManagedJob? Managed { get; init; }

    /// <summary>Deleted predecessors whose processes are not confirmed gone.</summary>
    public ImmutableArray<EndingRun> Ending { get; init; } = [];

    /// <summary>Operations that count, with their answers; at most <see cref="AnsweredOperations.MaxNamed"/>.</summary>
    public ImmutableArray<AnsweredOperation> Answered { get; init; } = [];

    /// <summary>Fields that a newer version wrote.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>Only on its way into a commit; what is kept in memory after it has none.</summary>
    [JsonIgnore]
    public ImmutableArray<NewEvent> NewEvents { get; init; } = [];

    [JsonIgnore]
    public bool IsDeleted => Record is null;

    [JsonIgnore]
    public bool IsActive =>
        !Ending.IsEmpty
        || (Record is not null && (Record.Status != JobStatus.Completed || Managed is { IsEndConfirmed: false }));

    [JsonIgnore]
    public bool IsRunnable => !Ending.IsEmpty || (Record is not null && Managed is { IsEndConfirmed: false });
}

/// <summary>A deleted job whose processes or pods may still exist.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Generation">The newest generation that it had taken over.</param>
/// <param name="Attempt">Its last attempt.</param>
public sealed record EndingRun(string Uid, long Generation, int Attempt);

/// <summary>An operation that counted, and what was answered.</summary>
public sealed record AnsweredOperation(string OperationId, string? RequestDigest, DateTimeOffset At, JobRecord Answer);
