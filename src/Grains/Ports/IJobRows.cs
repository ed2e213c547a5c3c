using System.Collections.Immutable;

namespace Sluice.Grains.Ports;

/// <summary>
/// What the store must know of a job's state to index it. Written through the storage provider: in the transaction of
/// the write the row takes the next change number of its domain, and, when it is added or added again after a
/// deletion, the next place in the order of addition.
/// </summary>
public interface IStoredJob
{
    /// <summary>True: ranked, or something of it is still to be ended. Only such rows are read at a start.</summary>
    bool IsActive { get; }

    /// <summary>
    /// True: an executor has, or may get, something to do for it. Only such rows are read to see what should run, as
    /// most active rows belong to jobs that somebody else runs. Never true where <see cref="IsActive"/> is false.
    /// </summary>
    bool IsRunnable { get; }

    /// <summary>True: invisible to reads in the order of addition; the row stays as a marker for followers.</summary>
    bool IsDeleted { get; }

    /// <summary>
    /// When the grain must be woken; null: never. Committed with the row. Jobs never ask for it: executors wait for
    /// back-offs, and the capacity grain for deadlines.
    /// </summary>
    DateTimeOffset? DueAt => null;

    /// <summary>
    /// What the write that is about to come tells of, in this order; numbered in its transaction, and no part of the
    /// state: the writer drops them once they are committed.
    /// </summary>
    ImmutableArray<NewEvent> NewEvents => [];
}

/// <summary>A job's row as it was last committed.</summary>
/// <param name="Key">Key of the job's grain.</param>
/// <param name="Added">Its place in the order of addition, from 1.</param>
/// <param name="Change">The change number of its last commit, from 1; in the order of commits.</param>
/// <param name="IsDeleted">As <see cref="IStoredJob.IsDeleted"/>.</param>
/// <param name="Body">The state, JSON in UTF-8.</param>
public sealed record JobRow(string Key, long Added, long Change, bool IsDeleted, ReadOnlyMemory<byte> Body);

/// <summary>Reads job rows across grains: what was committed, and nothing else.</summary>
public interface IJobRows
{
    /// <summary>The change number of the domain's newest commit; 0 before the first.</summary>
    ValueTask<long> ReadNewestChangeAsync(string domain, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rows that changed after <paramref name="after"/>, in the order of their change numbers; a row that changed
    /// several times comes once, as it is now. Deleted ones come as markers. Beside other processes the newest may still
    /// be missing from an answer that has rows: who wants all reads on until there are none, or up to
    /// <see cref="ReadNewestChangeAsync"/>.
    /// </summary>
    /// <returns>At most <paramref name="max"/> rows; null where markers after that number were purged and the follower
    /// must begin anew with <see cref="ReadActiveAsync"/>.</returns>
    Task<ImmutableArray<JobRow>?> ReadChangesAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default);

    /// <summary>
    /// Active rows that changed after <paramref name="after"/>, in the order of their change numbers.
    /// </summary>
    Task<ImmutableArray<JobRow>> ReadActiveAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ReadActiveAsync"/>, of rows with <see cref="IStoredJob.IsRunnable"/> alone.</summary>
    Task<ImmutableArray<JobRow>> ReadRunnableAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rows that are not deleted, in the order of addition, from the place after <paramref name="after"/> on.
    /// </summary>
    Task<ImmutableArray<JobRow>> ReadInOrderAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default);

    /// <summary>
    /// Completes when the newest change number of the domain is over <paramref name="after"/>; a hint that may also
    /// come for nothing, and comes at the latest after a second.
    /// </summary>
    Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken = default);
}
