using System.Threading.Channels;

namespace Sluice.Storage.Commits;

/// <summary>
/// Writers on one side, the committer on the other. Bounded: where it is full, writers wait for a place. Two writes of
/// one key are never in the same batch; the later one waits, and meets what the earlier one left.
/// </summary>
internal sealed class WriteQueue(int maxQueued, int maxBatchWrites, int maxBatchBytes)
{
    // Continuations of the reader only set the event on which its thread waits.
    private readonly Channel<StoreWrite> _channel = Channel.CreateBounded<StoreWrite>(
        new BoundedChannelOptions(maxQueued) { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly HashSet<(WriteKind Kind, string Key, string StateName)> _inBatch = [];
    private Queue<StoreWrite> _postponed = [];
    private Queue<StoreWrite> _postponedAgain = [];

    public int Count => _channel.Reader.Count;

    /// <summary>Completes with the commit. Giving up is possible only while waiting for a place.</summary>
    public Task<string> SubmitAsync(StoreWrite write, CancellationToken cancellationToken) =>
        _channel.Writer.TryWrite(write) ? write.Committed : WaitForPlaceAsync(write, cancellationToken);

    /// <summary>Takes no more writes; what is queued is still taken out.</summary>
    public void Close() => _channel.Writer.TryComplete();

    /// <summary>
    /// Blocks until something is queued, then takes all that waits, up to the bounds of a batch. Where
    /// <paramref name="wake"/> is canceled first the batch is empty.
    /// </summary>
    /// <returns>False: closed and empty.</returns>
    public bool Take(List<StoreWrite> batch, CancellationToken wake)
    {
        batch.Clear();
        _inBatch.Clear();
        try
        {
            if (_postponed.Count == 0 && !WaitForWrite(wake))
            {
                return false;
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }

        var bytes = 0;
        var taken = 0;
        while (taken++ < maxBatchWrites && bytes < maxBatchBytes && TryNext(out var write))
        {
            if (!_inBatch.Add(write.Identity))
            {
                _postponedAgain.Enqueue(write);
                continue;
            }

            batch.Add(write);
            bytes += write.BodyBytes;
        }

        // What was postponed now came before what was not yet looked at.
        while (_postponed.TryDequeue(out var rest))
        {
            _postponedAgain.Enqueue(rest);
        }

        (_postponed, _postponedAgain) = (_postponedAgain, _postponed);
        return true;
    }

    private bool TryNext(out StoreWrite write) =>
        _postponed.TryDequeue(out write!) || _channel.Reader.TryRead(out write!);

    private bool WaitForWrite(CancellationToken wake)
    {
        var waiting = _channel.Reader.WaitToReadAsync(wake);
        return waiting.IsCompletedSuccessfully ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    private async Task<string> WaitForPlaceAsync(StoreWrite write, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.Writer.WriteAsync(write, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new StoreException(StoreFailure.Closed, "the store is closed; nothing was written");
        }

        return await write.Committed.ConfigureAwait(false);
    }
}
