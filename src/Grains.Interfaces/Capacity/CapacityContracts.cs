using System.Collections.Immutable;

namespace Sluice.Grains.Interfaces.Capacity;

/// <summary>A wish for a GPU count.</summary>
[GenerateSerializer, Immutable, Alias("sluice.resize-job")]
public sealed record ResizeJob
{
    /// <summary>The job's uid.</summary>
    [Id(0)] public required string Uid { get; init; }

    /// <summary>GPUs a replica, 0 or more; clipped to the range and to what fits. Null: as many as fit.</summary>
    [Id(1)] public int? GpuCount { get; init; }
}

/// <summary>A decision on its way to a job.</summary>
/// <param name="JobKey">Key of the job's grain.</param>
/// <param name="Allocation">The decision.</param>
[GenerateSerializer, Immutable, Alias("sluice.undelivered-allocation")]
public sealed record UndeliveredAllocation(
    [property: Id(0)] string JobKey, [property: Id(1)] Allocation Allocation);

/// <summary>The nodes that an executor may use.</summary>
[GenerateSerializer, Immutable, Alias("sluice.node-report")]
public sealed record NodeReport
{
    /// <summary>Nodes of one report.</summary>
    public const int MaxNodes = 10_000;

    /// <summary>Quotas of one report.</summary>
    public const int MaxQuotas = 10_000;

    /// <summary>The executor's name, such as <c>local</c>.</summary>
    [Id(0)] public required string Executor { get; init; }

    /// <summary>All its nodes; at most 10,000.</summary>
    [Id(1)] public required ImmutableArray<NodeCapacity> Nodes { get; init; }

    /// <summary>GPU quotas by namespace; a namespace that is absent has none. At most 10,000.</summary>
    [Id(2)] public ImmutableArray<GpuQuota> Quotas { get; init; } = [];
}

/// <summary>One node.</summary>
/// <param name="Name">Unique in the domain; 1–253 characters.</param>
/// <param name="GpuCount">
/// GPUs that Sluice may give out, 0 to 1,000,000; indices 0 to <paramref name="GpuCount"/> − 1, those that are lost
/// included.
/// </param>
/// <param name="IsSimulated">True: its GPUs exist in name only.</param>
[GenerateSerializer, Immutable, Alias("sluice.node-capacity")]
public sealed record NodeCapacity(
    [property: Id(0)] string Name, [property: Id(1)] int GpuCount, [property: Id(2)] bool IsSimulated)
{
    /// <summary>Indices of GPUs that are not there now and may not be given out. Default: none.</summary>
    [Id(3)] public ImmutableArray<int> LostGpus { get; init; } = [];
}

/// <summary>The most GPUs that a namespace may hold.</summary>
/// <param name="Namespace">The namespace of the manifests.</param>
/// <param name="GpuCount">0 or more.</param>
[GenerateSerializer, Immutable, Alias("sluice.gpu-quota")]
public sealed record GpuQuota([property: Id(0)] string Namespace, [property: Id(1)] int GpuCount);

/// <summary>Which ranked list is asked for.</summary>
[GenerateSerializer, Alias("sluice.rank-order")]
public enum RankOrder
{
    /// <summary>Never asked.</summary>
    None = 0,

    /// <summary>All active; <c>job_arrival_time</c> ascending.</summary>
    ByArrival = 1,

    /// <summary>Those that can use more GPUs; <c>last_checkpoint_time</c> descending.</summary>
    ScaleUpCandidates = 2,

    /// <summary>Those that can use exactly x more; <c>last_checkpoint_time</c> descending.</summary>
    ByDifference = 3,

    /// <summary>Those that can give x GPUs; <c>last_checkpoint_time</c> descending.</summary>
    ScaleDownCandidates = 4,
}

/// <summary>A ranked list that is asked for.</summary>
[GenerateSerializer, Immutable, Alias("sluice.rank-query")]
public sealed record RankQuery
{
    /// <summary>Filter and order.</summary>
    [Id(0)] public required RankOrder Order { get; init; }

    /// <summary>The x of the lists that have one, in GPUs a replica; 0 or more.</summary>
    [Id(1)] public long X { get; init; }

    /// <summary>The first n only; 1 or more; null: all.</summary>
    [Id(2)] public int? Limit { get; init; }
}

/// <summary>
/// A part of encoded JSON. Of arrays of bare memory Orleans writes each byte by itself, of these each piece at once.
/// </summary>
/// <param name="Utf8">Never changed after it was made.</param>
[GenerateSerializer, Immutable, Alias("sluice.json-piece")]
public readonly record struct JsonPiece([property: Id(0)] ReadOnlyMemory<byte> Utf8);

/// <summary>A ranked list, encoded.</summary>
/// <param name="Json">
/// A JSON array of job records, UTF-8, in pieces that are sent one after the other. Never changed after it was made.
/// </param>
[GenerateSerializer, Immutable, Alias("sluice.ranked-jobs")]
public sealed record RankedJobs([property: Id(0)] ImmutableArray<JsonPiece> Json);

/// <summary>A page of all jobs, encoded.</summary>
/// <param name="Json">The records, UTF-8, with commas between them, in pieces that are sent one after the other; no
/// brackets. Empty: there are none.</param>
/// <param name="Count">Records of the page.</param>
/// <param name="Next">Where the next page starts; null on the last one.</param>
[GenerateSerializer, Immutable, Alias("sluice.job-page")]
public sealed record JobPage(
    [property: Id(0)] ImmutableArray<JsonPiece> Json, [property: Id(2)] int Count, [property: Id(1)] long? Next)
{
    /// <summary>Records of one page.</summary>
    public const int MaxRecords = 10_000;
}

/// <summary>A domain as people look at it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.capacity-view")]
public sealed record CapacityView
{
    /// <summary>Nodes by name.</summary>
    [Id(0)] public required ImmutableArray<NodeView> Nodes { get; init; }

    /// <summary>
    /// Managed jobs that hold or wait: holders first, then the waiting in the order they will be tried.
    /// </summary>
    [Id(1)] public required ImmutableArray<AllocationView> Allocations { get; init; }

    /// <summary>Quotas by namespace, with what is held.</summary>
    [Id(2)] public required ImmutableArray<QuotaView> Quotas { get; init; }

    /// <summary>The name of the policy that decides, such as <c>recent-checkpoint</c>.</summary>
    [Id(3)] public string Policy { get; init; } = "";
}

/// <summary>A node as people look at it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="GpuCount">GPUs that may be given out.</param>
/// <param name="FreeGpus">Held by nobody.</param>
/// <param name="IsSimulated">True: its GPUs exist in name only.</param>
[GenerateSerializer, Immutable, Alias("sluice.node-view")]
public sealed record NodeView(
    [property: Id(0)] string Name,
    [property: Id(1)] int GpuCount,
    [property: Id(2)] int FreeGpus,
    [property: Id(3)] bool IsSimulated);

/// <summary>A quota as people look at it.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Limit">GPUs.</param>
/// <param name="Used">GPUs held.</param>
[GenerateSerializer, Immutable, Alias("sluice.quota-view")]
public sealed record QuotaView(
    [property: Id(0)] string Namespace, [property: Id(1)] int Limit, [property: Id(2)] int Used);

/// <summary>A managed job in the ledger, as people look at it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.allocation-view")]
public sealed record AllocationView
{
    /// <summary>The job's name.</summary>
    [Id(0)] public required string JobName { get; init; }

    /// <summary>The job's uid.</summary>
    [Id(1)] public required string Uid { get; init; }

    /// <summary>What is decided.</summary>
    [Id(2)] public required Allocation Decided { get; init; }

    /// <summary>GPUs held in all, those that an executor has not yet given back included.</summary>
    [Id(3)] public required int HeldGpus { get; init; }

    /// <summary>True: the job has ended or was deleted, and its end is not confirmed yet.</summary>
    [Id(4)] public required bool IsEnding { get; init; }

    /// <summary>When the decision was made.</summary>
    [Id(5)] public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>
    /// GPUs of older decisions that an executor has not yet given back: held beside what is decided. One block a node,
    /// ordered by node.
    /// </summary>
    [Id(6)] public ImmutableArray<GpuBlock> GivingBack { get; init; } = [];
}

/// <summary>Managed jobs of a domain.</summary>
/// <param name="Active">That wait or run, 0 or more.</param>
/// <param name="Max">So many may be there, 1 or more; no other is deployed then.</param>
[GenerateSerializer, Immutable, Alias("sluice.managed-job-count")]
public sealed record ManagedJobCount([property: Id(0)] int Active, [property: Id(1)] int Max);
