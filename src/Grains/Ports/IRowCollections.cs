using System.Collections.Immutable;

namespace Sluice.Grains.Ports;

/// <summary>
/// Rows that one grain owns, committed in atomic batches under one etag: for grains whose state is too large for one
/// record. Of two activations that both believe they own the key, only one can ever commit.
/// </summary>
public interface IRowCollections
{
    /// <summary>All rows of an owner, ordered by collection and key (ordinal).</summary>
    Task<OwnedRows> LoadAsync(string owner, CancellationToken cancellationToken = default);

    /// <summary>The owner's etag as it is stored; null: nothing was ever committed.</summary>
    async Task<string?> ReadETagAsync(string owner, CancellationToken cancellationToken = default) =>
        (await LoadAsync(owner, cancellationToken)).ETag;

    /// <summary>Commits a batch, all or nothing.</summary>
    /// <returns>The etag that holds from now on.</returns>
    /// <exception cref="InconsistentStateException">
    /// The owner's etag is not the expected one; nothing was written.
    /// </exception>
    Task<string> CommitAsync(RowBatch batch, CancellationToken cancellationToken = default);
}

/// <summary>What an owner has stored.</summary>
/// <param name="ETag">Null: nothing was ever committed.</param>
/// <param name="Rows">Ordered by collection and key.</param>
public sealed record OwnedRows(string? ETag, ImmutableArray<OwnedRow> Rows);

/// <summary>One row.</summary>
/// <param name="Collection">Such as <c>allocation</c>.</param>
/// <param name="Key">Unique in the collection of its owner.</param>
/// <param name="Body">JSON in UTF-8.</param>
public sealed record OwnedRow(string Collection, string Key, ReadOnlyMemory<byte> Body);

/// <summary>An atomic batch of an owner's rows.</summary>
public sealed record RowBatch
{
    /// <summary>Key of the owning grain.</summary>
    public required string Owner { get; init; }

    /// <summary>The etag last read or committed; null for the first batch.</summary>
    public required string? ExpectedETag { get; init; }

    /// <summary>Rows to write over or add.</summary>
    public ImmutableArray<OwnedRow> Upserts { get; init; } = [];

    /// <summary>Rows to delete: collection and key; one that is not there is no error.</summary>
    public ImmutableArray<(string Collection, string Key)> Deletes { get; init; } = [];

    /// <summary>When the grain must be woken; null: never. Replaces what was.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>
    /// What the batch tells of, in this order; numbered in its transaction. Only the owner of a capacity domain may
    /// have any (<see cref="Interfaces.GrainKeys.Capacity"/>): they are its domain's.
    /// </summary>
    public ImmutableArray<NewEvent> Events { get; init; } = [];
}
