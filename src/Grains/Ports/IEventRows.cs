using System.Collections.Immutable;

namespace Sluice.Grains.Ports;

/// <summary>
/// Reads what happened in a capacity domain. Events are written in the commits of the changes that they tell of
/// (<see cref="IStoredJob.NewEvents"/>, <see cref="RowBatch.Events"/>), and the newest of a domain are kept, up to the
/// store's limit.
/// </summary>
public interface IEventRows
{
    /// <summary>Kept events after the number <paramref name="after"/>, in the order of their numbers.</summary>
    /// <param name="domain">A capacity domain.</param>
    /// <param name="after">A number; 0: from the oldest that is kept.</param>
    /// <param name="max">1 or more.</param>
    /// <param name="jobName">Of this job alone, its predecessors of the name included; null: all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<EventRows> ReadEventsAsync(
        string domain, long after, int max, string? jobName = null, CancellationToken cancellationToken = default);

    /// <summary>The newest events, in the order of their numbers; parameters as those of
    /// <see cref="ReadEventsAsync"/>.</summary>
    Task<EventRows> ReadLatestEventsAsync(
        string domain, int max, string? jobName = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Completes when the domain has an event after <paramref name="after"/>; a hint that may also come for nothing,
    /// and comes at the latest after a second.
    /// </summary>
    Task WaitForEventAsync(string domain, long after, CancellationToken cancellationToken = default);
}

/// <summary>An event on its way into a commit.</summary>
public sealed record NewEvent
{
    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, in a word.</summary>
    public required string Kind { get; init; }

    /// <summary>The job's name; null: of no job.</summary>
    public string? JobName { get; init; }

    /// <summary>The job's uid; null: of no job.</summary>
    public string? Uid { get; init; }

    /// <summary>The rest, JSON in UTF-8.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>A committed event.</summary>
/// <param name="Number">From 1, without a gap, in the order of the domain's commits.</param>
/// <param name="Event">What happened.</param>
public sealed record EventRow(long Number, NewEvent Event);

/// <summary>Events as they were read.</summary>
/// <param name="Rows">In the order of their numbers.</param>
/// <param name="Newest">
/// The number of the domain's newest event at the time of the read, whatever job it is of; 0 before the first.
/// </param>
public sealed record EventRows(ImmutableArray<EventRow> Rows, long Newest);
