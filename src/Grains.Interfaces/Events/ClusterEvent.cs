using System.Collections.Immutable;

namespace Sluice.Grains.Interfaces.Events;

/// <summary>Something that happened to a managed job, a node or a quota; committed with what it tells of.</summary>
[GenerateSerializer, Immutable, Alias("sluice.cluster-event")]
public sealed record ClusterEvent
{
    /// <summary>From 1, without a gap, in the order of the domain's commits.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>
    /// When it happened, by the clock of who saw it: a job that ended while no server ran has an earlier time than the
    /// event before.
    /// </summary>
    [Id(1)] public required DateTimeOffset Time { get; init; }

    /// <summary>The job's name; null: of no job.</summary>
    [Id(2)] public string? Job { get; init; }

    /// <summary>The job's uid; null: of no job.</summary>
    [Id(3)] public string? Uid { get; init; }

    /// <summary>One of <see cref="EventKind"/>, or of a later version's.</summary>
    [Id(4)] public required string Kind { get; init; }

    /// <summary>What happened and why, in words and numbers; one line.</summary>
    [Id(5)] public required string Reason { get; init; }

    /// <summary>GPUs a replica before it, or of a node or quota; null: does not apply.</summary>
    [Id(6)] public int? GpusBefore { get; init; }

    /// <summary>The same after it.</summary>
    [Id(7)] public int? GpusAfter { get; init; }

    /// <summary>Of the allocation that was decided, or that runs; null: does not apply.</summary>
    [Id(8)] public long? Generation { get; init; }

    /// <summary>The start of the job's processes, from 1; null: does not apply.</summary>
    [Id(9)] public int? Attempt { get; init; }

    /// <summary>Restarts after failures so far; null: does not apply.</summary>
    [Id(10)] public int? Restarts { get; init; }

    /// <summary>0 to 255; null: not known, or does not apply.</summary>
    [Id(11)] public int? ExitCode { get; init; }

    /// <summary>Seconds of training since the last checkpoint that were lost; null: does not apply.</summary>
    [Id(12)] public double? LostSeconds { get; init; }

    /// <summary>True: decided at a checkpoint for which it had waited.</summary>
    [Id(13)] public bool AtCheckpoint { get; init; }

    /// <summary>The node's name; null: of no node.</summary>
    [Id(14)] public string? Node { get; init; }

    /// <summary>Whose quota; null: of none.</summary>
    [Id(15)] public string? Namespace { get; init; }
}

/// <summary>Which events to read.</summary>
[GenerateSerializer, Immutable, Alias("sluice.event-query")]
public sealed record EventQuery
{
    /// <summary>Events of one page.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>Of this job alone; null: all.</summary>
    [Id(0)] public string? Job { get; init; }

    /// <summary>Those after this number; null: the newest.</summary>
    [Id(1)] public long? After { get; init; }

    /// <summary>1 to 1,000.</summary>
    [Id(2)] public required int Limit { get; init; }

    /// <summary>True: where there is none, waits up to a second for one.</summary>
    [Id(3)] public bool MayWait { get; init; }
}

/// <summary>Events as they were asked for.</summary>
/// <param name="Events">In the order of their numbers.</param>
/// <param name="Next">The <see cref="EventQuery.After"/> to go on with.</param>
[GenerateSerializer, Immutable, Alias("sluice.event-page")]
public sealed record EventPage(
    [property: Id(0)] ImmutableArray<ClusterEvent> Events, [property: Id(1)] long Next);
