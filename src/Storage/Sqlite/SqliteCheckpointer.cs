using Microsoft.Extensions.Logging;

namespace Sluice.Storage.Sqlite;

/// <summary>
/// Copies the log into the database beside the committer: copying many pages takes as long as hundreds of commits. Only
/// the small rest that was written meanwhile is copied between two commits, because the log can begin anew only where
/// nothing in it is left to copy.
/// </summary>
internal sealed partial class SqliteCheckpointer(Func<SqliteDatabase> open, int intervalPages, ILogger logger)
    : IDisposable
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
            _copying = null;
            _pages = 0;
            TryCheckpoint(writer);
        }
        else if (_copying is null && _pages >= intervalPages)
        {
            _copying = Task.Factory.StartNew(
                Copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    public void Dispose() => _copying?.Wait();

    [LoggerMessage(5020, LogLevel.Warning,
        "The log of the database could not be copied into it; it grows until the next try succeeds")]
    private static partial void LogCheckpointFailed(ILogger logger, Exception exception);

    private void Copy()
    {
        try
        {
            using var database = open();
            for (var pass = 0; pass < Passes; pass++)
            {
                database.Checkpoint();
            }
        }
        catch (StoreException exception)
        {
            LogCheckpointFailed(logger, exception);
        }
    }

    /// <summary>A failure is not the writers': their commit stands, and the log keeps everything.</summary>
    private void TryCheckpoint(SqliteDatabase database)
    {
        try
        {
            database.Checkpoint();
        }
        catch (StoreException exception)
        {
            LogCheckpointFailed(logger, exception);
        }
    }
}
