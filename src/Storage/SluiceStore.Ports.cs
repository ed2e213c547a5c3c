using System.Collections.Immutable;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;

namespace Sluice.Storage;

/// <summary>Row collections, changes and due rows.</summary>
public sealed partial class SluiceStore
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    public ValueTask<long> ReadNewestChangeAsync(string domain, CancellationToken cancellationToken = default) =>
        _newest is null
            ? ValueTask.FromResult(_feed.Newest(domain))
            : new(_newest.ReadAsync(domain, cancellationToken));

    public Task<ImmutableArray<JobRow>?> ReadChangesAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _feed.TryRead(domain, after, max, out var rows)
            ? Task.FromResult<ImmutableArray<JobRow>?>(rows)
            : _reads.ReadAsync(session => session.ReadChanges(domain, after, max), cancellationToken);
    }

    public Task<ImmutableArray<JobRow>> ReadActiveAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _reads.ReadAsync(session => session.ReadActive(domain, after, max), cancellationToken);
    }

    public Task<ImmutableArray<JobRow>> ReadRunnableAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _reads.ReadAsync(session => session.ReadRunnable(domain, after, max), cancellationToken);
    }

    public Task<ImmutableArray<JobRow>> ReadInOrderAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _reads.ReadAsync(session => session.ReadInOrder(domain, after, max), cancellationToken);
    }

    public async Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken = default)
    {
        if (_feed.NextChange(domain, after) is { } change)
        {
            await change.WaitAsync(MaxWait, _timeProvider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<OwnedRows> LoadAsync(string owner, CancellationToken cancellationToken = default)
    {
        CheckKey(owner, nameof(owner));
        var loaded = await _reads.ReadAsync(session => session.LoadRows(owner), cancellationToken)
            .ConfigureAwait(false);

        // Databases order text by bytes, which is not quite the ordinal order of strings. Of most keys it is, and to
        // see that costs a tenth of sorting them.
        return IsOrdinal(loaded.Rows) ? loaded : loaded with { Rows = loaded.Rows.Sort(CompareOrdinal) };
    }

    public Task<string?> ReadETagAsync(string owner, CancellationToken cancellationToken = default)
    {
        CheckKey(owner, nameof(owner));
        return _reads.ReadAsync(session => session.ReadOwner(owner), cancellationToken);
    }

    /// <summary>Deletes come before upserts: a row that is named in both is there afterwards.</summary>
    public Task<string> CommitAsync(RowBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckKey(batch.Owner, nameof(batch));
        foreach (var row in batch.Upserts)
        {
            CheckKey(row.Collection, nameof(batch));
            CheckKey(row.Key, nameof(batch));
            CheckBody(row.Key, row.Body.Length);
        }

        if (!Checked(batch.Events).IsEmpty)
        {
            // Now, as a batch of the committer must not fail for it.
            GrainKeys.ParseCapacity(batch.Owner);
        }

        return _queue.SubmitAsync(new RowsWrite(batch, _etags.Next()), cancellationToken);
    }

    public Task<ImmutableArray<string>> ReadDueAsync(
        DateTimeOffset now, int max, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _reads.ReadAsync(session => session.ReadDue(now.UtcTicks, max), cancellationToken);
    }

    private static bool IsOrdinal(ImmutableArray<OwnedRow> rows)
    {
        for (var index = 1; index < rows.Length; index++)
        {
            if (CompareOrdinal(rows[index - 1], rows[index]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int CompareOrdinal(OwnedRow left, OwnedRow right) =>
        string.CompareOrdinal(left.Collection, right.Collection) is var order and not 0
            ? order
            : string.CompareOrdinal(left.Key, right.Key);
}
