using System.Collections.Immutable;

namespace Sluice.Grains.Interfaces.StageQueues;

/// <summary>Bounds of what a list takes.</summary>
public static class StageQueueLimits
{
    /// <summary>The highest stage; the lowest is 0.</summary>
    public const int MaxStage = 10_000;

    /// <summary>The longest lifetime, minutes.</summary>
    public const double MaxMinutes = 1e9;

    /// <summary>The longest lease, seconds; the shortest is 1.</summary>
    public const double MaxLeaseSeconds = 86_400;

    /// <summary>Bytes of a job's command as JSON in UTF-8.</summary>
    public const int MaxCommandBytes = 64 << 10;

    /// <summary>Characters of a save path.</summary>
    public const int MaxFileNameLength = 4_096;

    /// <summary>Objects and arrays within each other in a command.</summary>
    public const int MaxCommandDepth = 64;

    /// <summary>Jobs in a page.</summary>
    public const int MaxPage = 10_000;

    /// <summary>
    /// Bytes of commands in a page, from which on it takes no more jobs: it may hold fewer than were asked for.
    /// </summary>
    public const int MaxPageBytes = 4 << 20;
}

/// <summary>Lifetimes of the stages.</summary>
/// <param name="Minutes">By stage from 0; 0 to 1e9 minutes, 0 = no limit. Empty: none were set.</param>
[GenerateSerializer, Immutable, Alias("sluice.stage-lifetimes")]
public sealed record StageLifetimes([property: Id(0)] ImmutableArray<double> Minutes);

/// <summary>Sets a lifetime.</summary>
/// <param name="Stage">0 to 10,000.</param>
/// <param name="Minutes">0 to 1e9; 0 = no limit.</param>
[GenerateSerializer, Immutable, Alias("sluice.set-stage-lifetime")]
public sealed record SetStageLifetime([property: Id(0)] int Stage, [property: Id(1)] double Minutes);

/// <summary>Adds jobs.</summary>
/// <param name="Jobs">With ids that differ.</param>
[GenerateSerializer, Immutable, Alias("sluice.add-stage-jobs")]
public sealed record AddStageJobs([property: Id(0)] ImmutableArray<NewStageJob> Jobs);

/// <summary>A job to add.</summary>
/// <param name="JobId">Unique in its list.</param>
/// <param name="Stage">The stage it waits in; 0 to 10,000.</param>
/// <param name="Command">Any JSON value in UTF-8, at most 64 KiB.</param>
[GenerateSerializer, Immutable, Alias("sluice.new-stage-job")]
public sealed record NewStageJob(
    [property: Id(0)] long JobId, [property: Id(1)] int Stage, [property: Id(2)] ReadOnlyMemory<byte> Command);

/// <summary>Asks for a job.</summary>
[GenerateSerializer, Immutable, Alias("sluice.hand-out")]
public sealed record HandOut
{
    /// <summary>The stage that the job waits in; 0 to 10,000.</summary>
    [Id(0)] public required int Stage { get; init; }

    /// <summary>The stage that it moves to; 0 to 10,000.</summary>
    [Id(1)] public required int Next { get; init; }

    /// <summary>Tells a repeat from another request: a repeat gets the job of the first.</summary>
    [Id(2)] public required string OperationId { get; init; }

    /// <summary>
    /// True: the operation id is the client's own <c>Idempotency-Key</c>, and is remembered for 24 hours. False: it is
    /// remembered until the job moves on.
    /// </summary>
    [Id(3)] public bool IsKey { get; init; }

    /// <summary>
    /// 1 to 86,400: the hand-out is taken back after so many seconds unless it is extended, whatever the lifetime of
    /// the stage. Null: the lifetime of the stage holds.
    /// </summary>
    [Id(4)] public double? LeaseSeconds { get; init; }
}

/// <summary>Moves a job.</summary>
[GenerateSerializer, Immutable, Alias("sluice.move-stage-job")]
public sealed record MoveStageJob
{
    /// <summary>The job.</summary>
    [Id(0)] public required long JobId { get; init; }

    /// <summary>Where it waits from now on; 0 to 10,000.</summary>
    [Id(1)] public required int Stage { get; init; }

    /// <summary>Tells a repeat from another request: a repeat changes nothing.</summary>
    [Id(2)] public required string OperationId { get; init; }

    /// <summary>Who asks, as far as the gateway can tell: its address. For repeats that carry nothing else.</summary>
    [Id(3)] public required string Caller { get; init; }

    /// <summary>The lease that came with the job; null: of a worker that knows of none.</summary>
    [Id(4)] public string? Lease { get; init; }

    /// <summary>Replaces the save path; null: it stays.</summary>
    [Id(5)] public string? FileName { get; init; }

    /// <summary>Replaces the command, JSON in UTF-8; null: it stays.</summary>
    [Id(6)] public ReadOnlyMemory<byte>? Command { get; init; }

    /// <summary>
    /// True: the operation id is the client's own <c>Idempotency-Key</c>: it is remembered for 24 hours, and refused
    /// for another request. False: it is remembered as long as a repeat of the gateway may be on its way.
    /// </summary>
    [Id(7)] public bool IsKey { get; init; }
}

/// <summary>Extends a lease.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Lease">The lease that came with it.</param>
/// <param name="Seconds">From now, 1 to 86,400; null: as many as it was handed out for.</param>
[GenerateSerializer, Immutable, Alias("sluice.extend-lease")]
public sealed record ExtendLease(
    [property: Id(0)] long JobId, [property: Id(1)] string Lease, [property: Id(2)] double? Seconds);

/// <summary>Moves flagged jobs.</summary>
/// <param name="Stage">The stage they are flagged in.</param>
/// <param name="Redo">Where they wait from now on.</param>
/// <param name="OperationId">A repeat gets the answer of the first.</param>
[GenerateSerializer, Immutable, Alias("sluice.redo-stage")]
public sealed record RedoStage(
    [property: Id(0)] int Stage, [property: Id(1)] int Redo, [property: Id(2)] string OperationId);

/// <summary>Which jobs.</summary>
[GenerateSerializer, Immutable, Alias("sluice.stage-job-query")]
public sealed record StageJobQuery
{
    /// <summary>Ids above this one; null: from the lowest.</summary>
    [Id(0)] public long? After { get; init; }

    /// <summary>1 to 10,000.</summary>
    [Id(1)] public required int Max { get; init; }

    /// <summary>Only jobs in this stage; null: of all.</summary>
    [Id(2)] public int? Stage { get; init; }

    /// <summary>True: only flagged jobs.</summary>
    [Id(3)] public bool IsFlagged { get; init; }
}

/// <summary>Changes settings.</summary>
/// <param name="Redeliver">Null: stays as it is.</param>
/// <param name="MaxAttempts">0 to 1,000,000; null: stays as it is.</param>
[GenerateSerializer, Immutable, Alias("sluice.change-stage-queue-settings")]
public sealed record ChangeStageQueueSettings(
    [property: Id(0)] bool? Redeliver = null, [property: Id(1)] int? MaxAttempts = null);

/// <summary>What is done by itself with jobs that are over their time.</summary>
[GenerateSerializer, Immutable, Alias("sluice.stage-queue-settings")]
public sealed record StageQueueSettings
{
    /// <summary>What holds where nothing was set.</summary>
    public static StageQueueSettings Default { get; } = new();

    /// <summary>
    /// True: a job whose hand-out is over the lifetime of its stage goes back by itself to the stage it was handed out
    /// from. False (default): it stays flagged until somebody moves it. One whose lease was asked for goes back always.
    /// </summary>
    [Id(0)] public bool Redeliver { get; init; }

    /// <summary>
    /// Failed attempts in one stage after which a job goes back no more and stays flagged; 0 = no limit, to 1,000,000;
    /// default 5.
    /// </summary>
    [Id(1)] public int MaxAttempts { get; init; } = 5;
}
