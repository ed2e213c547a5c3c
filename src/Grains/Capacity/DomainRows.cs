using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

/// <summary>
/// A domain's ledger as the store has it: its rows, the etag that they are under, and the wake-up beside them.
/// </summary>
internal sealed class DomainRows(string owner, IRowCollections store)
{
    private LedgerState _stored = LedgerState.Empty;
    private string? _etag;
    private DateTimeOffset? _wakeAt;

    /// <summary>Reads all that was committed, but for the wake-up: the next commit writes one.</summary>
    public async Task<LedgerState> LoadAsync(CancellationToken cancellationToken)
    {
        var rows = await store.LoadAsync(owner, cancellationToken);
        (_etag, _stored, _wakeAt) = (rows.ETag, LedgerRows.Read(rows.Rows), DateTimeOffset.UnixEpoch);
        return _stored;
    }

    /// <summary>Looks whether another process has committed since.</summary>
    /// <exception cref="InconsistentStateException">It has, and what is known here is old.</exception>
    public Task CheckAsync() => store.CheckETagAsync(owner, _etag);

    /// <summary>Writes what is new. A wake-up alone is reason enough once the stored one is over.</summary>
    /// <returns>False: nothing was new.</returns>
    /// <exception cref="Exception">It is not known what is stored.</exception>
    public async Task<bool> CommitAsync(FoldedLedger next, DateTimeOffset now)
    {
        var (upserts, deletes) = LedgerRows.Difference(_stored, next.State);
        var isWakeUpSpent = _wakeAt <= now && _wakeAt != next.WakeAt;
        if (upserts.IsEmpty && deletes.IsEmpty && !isWakeUpSpent)
        {
            return false;
        }

        _etag = await store.CommitAsync(new RowBatch
        {
            Owner = owner,
            ExpectedETag = _etag,
            Upserts = upserts,
            Deletes = deletes,
            DueAt = next.WakeAt,
            Events = next.Events,
        });
        (_stored, _wakeAt) = (next.State, next.WakeAt);
        return true;
    }
}
