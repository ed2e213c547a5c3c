using System.Collections.Immutable;

namespace Sluice.Grains.Interfaces.StageQueues;

/// <summary>How adding jobs ended.</summary>
[GenerateSerializer, Alias("sluice.add-stage-jobs-outcome")]
public enum AddStageJobsOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>Those that were new are there, durably.</summary>
    Done = 1,

    /// <summary>The list would hold more than it may; nothing was added.</summary>
    TooMany = 2,
}

/// <summary>The answer to adding jobs.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Added">Jobs that were new.</param>
/// <param name="Problem">For people: which limit, where it was refused.</param>
[GenerateSerializer, Immutable, Alias("sluice.add-stage-jobs-answer")]
public sealed record AddStageJobsAnswer(
    [property: Id(0)] AddStageJobsOutcome Outcome,
    [property: Id(1)] int Added,
    [property: Id(2)] string? Problem = null);

/// <summary>How asking for a job ended.</summary>
[GenerateSerializer, Alias("sluice.hand-out-outcome")]
public enum HandOutOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>A job was handed out.</summary>
    Done = 1,

    /// <summary>None waits in that stage.</summary>
    NoneWaits = 2,

    /// <summary>The key was used for another request.</summary>
    KeyReused = 3,
}

/// <summary>The answer to asking for a job.</summary>
[GenerateSerializer, Immutable, Alias("sluice.hand-out-answer")]
public sealed record HandOutAnswer
{
    /// <summary>How it ended.</summary>
    [Id(0)] public required HandOutOutcome Outcome { get; init; }

    /// <summary>The job, where one was handed out.</summary>
    [Id(1)] public HandedOutJob? Job { get; init; }
}

/// <summary>A job in a worker's hands.</summary>
[GenerateSerializer, Immutable, Alias("sluice.handed-out-job")]
public sealed record HandedOutJob
{
    /// <summary>Unique in its list.</summary>
    [Id(0)] public required long JobId { get; init; }

    /// <summary>The stage it waited in.</summary>
    [Id(1)] public required int Stage { get; init; }

    /// <summary>JSON in UTF-8.</summary>
    [Id(2)] public required ReadOnlyMemory<byte> Command { get; init; }

    /// <summary>Names this hand-out; no two of a list are the same.</summary>
    [Id(3)] public required string Lease { get; init; }

    /// <summary>When the hand-out is taken back or flagged; null: never.</summary>
    [Id(4)] public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Hand-outs that were taken back since an update last moved it to another stage.</summary>
    [Id(5)] public int FailedAttempts { get; init; }
}

/// <summary>How moving a job, or extending its lease, ended.</summary>
[GenerateSerializer, Alias("sluice.move-outcome")]
public enum MoveOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>Done, or done before.</summary>
    Done = 1,

    /// <summary>There is no such job.</summary>
    NotFound = 2,

    /// <summary>The lease was taken back, or ended; nothing was changed.</summary>
    LeaseOver = 3,

    /// <summary>The key was used for another request.</summary>
    KeyReused = 4,

    /// <summary>The commands of the list would be larger than they may be; nothing was changed.</summary>
    TooLarge = 5,
}

/// <summary>The answer to moving a job.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Problem">For people: what became of the lease, or which limit it is.</param>
[GenerateSerializer, Immutable, Alias("sluice.move-answer")]
public sealed record MoveAnswer([property: Id(0)] MoveOutcome Outcome, [property: Id(1)] string? Problem = null);

/// <summary>The answer to extending a lease.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Until">When it is taken back now; null: never.</param>
/// <param name="Problem">For people: what became of the lease.</param>
[GenerateSerializer, Immutable, Alias("sluice.extend-lease-answer")]
public sealed record ExtendLeaseAnswer(
    [property: Id(0)] MoveOutcome Outcome,
    [property: Id(1)] DateTimeOffset? Until,
    [property: Id(2)] string? Problem = null);

/// <summary>What a check found.</summary>
/// <param name="Flagged">Jobs over their time, before any was moved.</param>
/// <param name="Moved">Jobs that were moved.</param>
[GenerateSerializer, Immutable, Alias("sluice.stage-check")]
public sealed record StageCheck([property: Id(0)] int Flagged, [property: Id(1)] int Moved);

/// <summary>How far a list is.</summary>
[GenerateSerializer, Immutable, Alias("sluice.stage-queue-progress")]
public sealed record StageQueueProgress
{
    /// <summary>Jobs in all.</summary>
    [Id(0)] public required int JobCount { get; init; }

    /// <summary>The stages that hold jobs or have a lifetime, in order.</summary>
    [Id(1)] public required ImmutableArray<StageProgress> Stages { get; init; }

    /// <summary>
    /// The last stage: the highest that has a lifetime; where none has, the highest that holds a job. 0 where neither.
    /// </summary>
    [Id(2)] public required int LastStage { get; init; }

    /// <summary>0 to 1: the mean over the jobs of stage / last stage; 0 where there are no jobs.</summary>
    [Id(3)] public required double Fraction { get; init; }

    /// <summary>Jobs over their time.</summary>
    [Id(4)] public required int FlaggedCount { get; init; }

    /// <summary>What is done by itself.</summary>
    [Id(5)] public required StageQueueSettings Settings { get; init; }

    /// <summary>
    /// Another one after every change, also over restarts; a reader that has seen it needs nothing. Empty: nothing was
    /// ever stored.
    /// </summary>
    [Id(6)] public required string Version { get; init; }
}

/// <summary>One stage.</summary>
[GenerateSerializer, Immutable, Alias("sluice.stage-progress")]
public sealed record StageProgress
{
    /// <summary>From 0.</summary>
    [Id(0)] public required int Stage { get; init; }

    /// <summary>Jobs in it.</summary>
    [Id(1)] public required int JobCount { get; init; }

    /// <summary>Of them those in a worker's hands.</summary>
    [Id(2)] public required int HandedOutCount { get; init; }

    /// <summary>Of them those over their time.</summary>
    [Id(3)] public required int FlaggedCount { get; init; }

    /// <summary>Minutes, 0 = no limit; null: none was set.</summary>
    [Id(4)] public required double? LifetimeMinutes { get; init; }
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">By id.</param>
/// <param name="Next">Where the next page begins after; null: this is the last.</param>
[GenerateSerializer, Immutable, Alias("sluice.stage-job-page")]
public sealed record StageJobPage(
    [property: Id(0)] ImmutableArray<StageJobView> Jobs, [property: Id(1)] long? Next);

/// <summary>A job, for people and programs that look.</summary>
[GenerateSerializer, Immutable, Alias("sluice.stage-job-view")]
public sealed record StageJobView
{
    /// <summary>Unique in its list.</summary>
    [Id(0)] public required long JobId { get; init; }

    /// <summary>Where it is.</summary>
    [Id(1)] public required int Stage { get; init; }

    /// <summary>JSON in UTF-8.</summary>
    [Id(2)] public required ReadOnlyMemory<byte> Command { get; init; }

    /// <summary>The save path that a worker gave; null: none yet.</summary>
    [Id(3)] public string? FileName { get; init; }

    /// <summary>When it came into its stage.</summary>
    [Id(4)] public required DateTimeOffset Since { get; init; }

    /// <summary>True: in a worker's hands.</summary>
    [Id(5)] public required bool IsHandedOut { get; init; }

    /// <summary>When it is over its time; null: never.</summary>
    [Id(6)] public DateTimeOffset? Until { get; init; }

    /// <summary>When it was found to be over its time; null: it is not.</summary>
    [Id(7)] public DateTimeOffset? FlaggedAt { get; init; }

    /// <summary>Hand-outs that were taken back since an update last moved it to another stage.</summary>
    [Id(8)] public required int FailedAttempts { get; init; }
}
