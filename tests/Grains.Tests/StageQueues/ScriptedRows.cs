using System.Collections.Immutable;
using Sluice.Grains.Ports;
using Sluice.Simulation.Store;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>The model of the store for many threads, with hooks around each commit and a list of what was committed.</summary>
internal sealed class ScriptedRows(ModelStore store) : IRowCollections, IDueRows
{
    private readonly Lock _gate = new();
    private ImmutableList<RowBatch> _committed = [];

    /// <summary>Awaited before each commit; where it throws, nothing is written.</summary>
    public Func<RowBatch, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited after each commit; where it throws, the writer does not know that it was written.</summary>
    public Func<RowBatch, Task> After { get; set; } = _ => Task.CompletedTask;

    public ImmutableList<RowBatch> Committed => Volatile.Read(ref _committed);

    public Task<OwnedRows> LoadAsync(string owner, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return store.LoadAsync(owner, cancellationToken);
        }
    }

    public async Task<string> CommitAsync(RowBatch batch, CancellationToken cancellationToken = default)
    {
        await Before(batch);
        Task<string> committed;
        lock (_gate)
        {
            // Completes on the spot.
            committed = store.CommitAsync(batch, cancellationToken);
            if (committed.IsCompletedSuccessfully)
            {
                _committed = _committed.Add(batch);
            }
        }

        var etag = await committed;
        await After(batch);
        return etag;
    }

    public Task<ImmutableArray<string>> ReadDueAsync(
        DateTimeOffset now, int max, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return store.ReadDueAsync(now, max, cancellationToken);
        }
    }
}
