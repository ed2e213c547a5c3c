using System.Collections.Immutable;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Testing;

/// <summary>Row collections and due rows.</summary>
public sealed partial class ModelStore
{
    public Task<OwnedRows> LoadAsync(string owner, CancellationToken cancellationToken = default)
    {
        var stored = _owners.GetValueOrDefault(owner);
        return Task.FromResult(new OwnedRows(
            stored?.ETag,
            [.. stored?.Rows.Select(row => new OwnedRow(row.Key.Collection, row.Key.Key, row.Value)) ?? []]));
    }

    public Task<string> CommitAsync(RowBatch batch, CancellationToken cancellationToken = default)
    {
        var domain = batch.Events.IsEmpty ? null : DomainOf(GrainKeys.ParseCapacity(batch.Owner));
        return CommitAsync(
            batch.Owner,
            etag =>
            {
                var stored = _owners.GetValueOrDefault(batch.Owner);
                Guard(batch.Owner, stored?.ETag, batch.ExpectedETag);
                var rows = (stored?.Rows ?? ImmutableSortedDictionary.Create<(string, string), ReadOnlyMemory<byte>>(RecordOrder))
                    .RemoveRange(batch.Deletes)
                    .SetItems(batch.Upserts.Select(row => KeyValuePair.Create((row.Collection, row.Key), row.Body)));
                _owners[batch.Owner] = new(etag, rows, batch.DueAt);
                if (domain is not null)
                {
                    Write(domain, batch.Events);
                }
            },
            _ => { });
    }

    public Task<ImmutableArray<string>> ReadDueAsync(
        DateTimeOffset now, int max, CancellationToken cancellationToken = default)
    {
        var due = _jobs.Values.Select(job => (job.Index.DueAt, job.Row.Key))
            .Concat(_owners.Select(owner => (owner.Value.DueAt, owner.Key)))
            .Where(row => row.DueAt <= now)
            .OrderBy(row => row.DueAt)
            .ThenBy(row => row.Key, StringComparer.Ordinal)
            .Select(row => row.Key);
        return Task.FromResult<ImmutableArray<string>>([.. due.Take(max)]);
    }

    private sealed record ModelOwner(
        string ETag,
        ImmutableSortedDictionary<(string Collection, string Key), ReadOnlyMemory<byte>> Rows,
        DateTimeOffset? DueAt);
}
