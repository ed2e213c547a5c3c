using System.Collections.Immutable;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Simulation.Store;

/// <summary>Row collections and due rows.</summary>
public sealed partial class ModelStore
{
    public Task<OwnedRows> LoadAsync(string owner, CancellationToken cancellationToken = default)
    {
        var stored = _tables.Owners.GetValueOrDefault(owner);
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
                var stored = _tables.Owners.GetValueOrDefault(batch.Owner);
                Guard(batch.Owner, stored?.ETag, batch.ExpectedETag);
                var none = ImmutableSortedDictionary.Create<(string, string), ReadOnlyMemory<byte>>(
                    ModelTables.PairOrder);
                var rows = (stored?.Rows ?? none)
                    .RemoveRange(batch.Deletes)
                    .SetItems(batch.Upserts.Select(row => KeyValuePair.Create((row.Collection, row.Key), row.Body)));
                _tables.Owners[batch.Owner] = new(etag, rows, batch.DueAt);
                if (domain is not null)
                {
                    Write(domain, batch.Events);
                }
                _tables.OnRowsCommitted?.Invoke(batch);
            },
            _ => { });
    }

    public Task<ImmutableArray<string>> ReadDueAsync(
        DateTimeOffset now, int max, CancellationToken cancellationToken = default)
    {
        var due = _tables.Jobs.Values.Select(job => (job.Index.DueAt, job.Row.Key))
            .Concat(_tables.Owners.Select(owner => (owner.Value.DueAt, owner.Key)))
            .Where(row => row.DueAt <= now)
            .OrderBy(row => row.DueAt)
            .ThenBy(row => row.Key, StringComparer.Ordinal)
            .Select(row => row.Key);
        return Task.FromResult<ImmutableArray<string>>([.. due.Take(max)]);
    }
}
