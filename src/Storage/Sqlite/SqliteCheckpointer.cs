namespace Sluice.Storage.Sqlite;

/// <summary>
/// Copies the log into the database beside the committer: copying many pages takes as long as hundreds of commits. Only
/// the small rest that was written meanwhile is copied between two commits, because the log can begin anew only where
/// nothing in it is left to copy.
/// </summary>
internal sealed class SqliteCheckpointer(Func<SqliteDatabase> open, int intervalPages) : IDisposable
{
    // Each pass leaves what was written during it: the second one is short, and leaves little.
    private const int Passes = 2;

    private Task? _copying;
    private long _pages;

    /// <summary>Called by the committer, with no transaction open.</summary>
    public void AfterCommit(SqliteDatabase writer)
    {
        _pages += writer.TakeWrittenPages();
        if (_copying is { IsCompleted: true })
        {
            // A failure is not the writers': the log keeps everything, and the next interval tries again.
            var isCopied = _copying.IsCompletedSuccessfully;
            _copying = null;
            _pages = 0;
            if (isCopied)
            {
                TryCheckpoint(writer);
            }
        }
        else if (_copying is null && _pages >= intervalPages)
        {
            _copying = Task.Factory.StartNew(
                Copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        try
        {
            _copying?.Wait();
        }
        catch (AggregateException)
        {
            // As above.
        }
    }

    private static void TryCheckpoint(SqliteDatabase database)
    {
        try
        {
            database.Checkpoint();
        }
        catch (StoreException)
        {
            // As above; the commit before it stands.
        }
    }

    private void Copy()
    {
        using var database = open();
        for (var pass = 0; pass < Passes; pass++)
        {
            database.Checkpoint();
        }
    }
}
