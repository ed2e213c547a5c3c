using System.Collections.Concurrent;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Reads;

/// <summary>
/// A bounded number of connections for reads, which run on the thread pool: never on a grain's turn, and never in the
/// way of the committer.
/// </summary>
internal sealed class ReadPool(IStoreDialect dialect, int maxConcurrentReads) : IDisposable
{
    private readonly ConcurrentBag<IReadSession> _idle = [];
    private readonly SemaphoreSlim _places = new(maxConcurrentReads);
    private volatile bool _isClosed;

    public async Task<T> ReadAsync<T>(Func<IReadSession, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Closes what is idle; a read that still runs closes its own.</summary>
    public void Dispose()
    {
        _isClosed = true;
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private T Read<T>(Func<IReadSession, T> read)
    {
        if (_isClosed)
        {
            throw new StoreException(StoreFailure.Closed, "the store is closed");
        }

        var isUsed = _idle.TryTake(out var session);
        try
        {
            try
            {
                session ??= dialect.OpenReader();
                return Run(session, read);
            }
            catch (StoreException exception) when (isUsed && exception.Reason == StoreFailure.Unavailable)
            {
                // The connection was lost while nobody used it, perhaps long ago.
                return Run(dialect.OpenReader(), read);
            }
        }
        finally
        {
            if (_isClosed)
            {
                Dispose();
            }
        }
    }

    private T Run<T>(IReadSession session, Func<IReadSession, T> read)
    {
        try
        {
            var answer = read(session);
            _idle.Add(session);
            return answer;
        }
        catch
        {
            // In an unknown state; the next read opens another.
            session.Dispose();
            throw;
        }
    }
}
