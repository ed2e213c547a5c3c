using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces;
using Sluice.Storage.Changes;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Commits;

/// <summary>
/// Group commit: one thread takes all writes that wait and commits them in one transaction, first the guards of all,
/// then the rows of those that passed.
/// </summary>
internal sealed partial class Committer : IDisposable
{
    private readonly IStoreDialect _dialect;
    private readonly WriteQueue _queue;
    private readonly ChangeFeed _feed;
    private readonly FeedRefresh _refresh;
    private readonly MarkerPurge _purge;
    private readonly EventFeed _events;
    private readonly EventPurge _eventPurge;
    private readonly StoreInstruments _instruments;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly List<StoreWrite> _sorted = [];
    private readonly List<StoreWrite> _alone = [null!];
    private readonly CommitOutcome _outcome = new();
    private IWriteSession? _session;

    // The session is already open, so that what is wrong with the database is found before the start.
    public Committer(
        IStoreDialect dialect, IWriteSession session, WriteQueue queue, ChangeFeed feed, MarkerPurge purge,
        EventFeed events, EventPurge eventPurge, StoreInstruments instruments, TimeProvider timeProvider,
        ILogger logger)
    {
        _dialect = dialect;
        _session = session;
        _queue = queue;
        _feed = feed;
        _refresh = new(feed, timeProvider);
        _purge = purge;
        _events = events;
        _eventPurge = eventPurge;
        _instruments = instruments;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "sluice-commit" };
    }

    public void Start() => _thread.Start();

    /// <summary>Commits what is queued, then ends.</summary>
    public void Dispose()
    {
        _queue.Close();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _refresh.Dispose();
        _session?.Dispose();
    }

    private void Run()
    {
        var batch = new List<StoreWrite>();
        while (_queue.Take(batch, _refresh.PauseEnded))
        {
            if (batch.Count == 0)
            {
                Refresh();
                continue;
            }

            Commit(batch);
            Purge();
        }
    }

    private void Commit(List<StoreWrite> batch)
    {
        try
        {
            TryCommit(batch);
            return;
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            LogBatchFailed(_logger, exception, batch.Count, _dialect.Description);
            AfterFailure();
        }
        catch (Exception exception)
        {
            Fail(batch[0], exception);
            return;
        }

        // Only the culprit may fail: each by itself.
        foreach (var write in batch)
        {
            _alone[0] = write;
            try
            {
                TryCommit(_alone);
            }
            catch (Exception exception)
            {
                Fail(write, exception);
            }
        }
    }

    /// <summary>One transaction. Answers nothing unless it returns; if it throws, the outcome is unknown.</summary>
    private void TryCommit(List<StoreWrite> batch)
    {
        var started = Stopwatch.GetTimestamp();
        var session = _session ??= _dialect.OpenWriter();
        if (_refresh.IsStale)
        {
            _refresh.Run(session);
        }

        session.Begin();
        _sorted.Clear();
        _sorted.AddRange(batch);
        _sorted.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        session.ReadGuards(_sorted);
        _outcome.Judge(batch);
        if (_outcome.Passed.Count > 0)
        {
            _outcome.Write(session);
            session.Commit();
        }
        else
        {
            session.Rollback();
        }

        _instruments.Committed(_outcome.Passed.Count, _outcome.Conflicts.Count, Stopwatch.GetElapsedTime(started));
        // Before the answers: whoever was answered finds the write in the next list.
        _feed.Publish(_outcome.Jobs);
        _events.Publish(_outcome.NewestEvents);
        _outcome.Answer();
        foreach (var job in _outcome.Jobs)
        {
            _purge.Note(job.Domain, job.Change);
        }

        foreach (var (domain, newest) in _outcome.NewestEvents)
        {
            _eventPurge.Note(domain, newest);
        }
    }

    private void Fail(StoreWrite write, Exception exception)
    {
        AfterFailure();
        _instruments.WriteFailed();
        LogWriteFailed(_logger, exception, GrainKeys.ForLogs(write.Key), _dialect.Description);
        write.Fail(exception);
    }

    /// <summary>
    /// Whether the failed transaction was committed is unknown: what memory says of it is read again, before its
    /// writers hear of the failure.
    /// </summary>
    private void AfterFailure()
    {
        _refresh.MarkStale();
        try
        {
            _session?.Rollback();
        }
        catch (Exception exception)
        {
            LoseSession(exception);
        }

        Refresh();
    }

    private void Refresh()
    {
        try
        {
            _refresh.Run(_session ??= _dialect.OpenWriter());
        }
        catch (Exception exception)
        {
            LoseSession(exception);
            _refresh.Postpone();
        }
    }

    private void LoseSession(Exception exception)
    {
        LogSessionLost(_logger, exception, _dialect.Description);
        _session?.Dispose();
        _session = null;
    }

    private void Purge()
    {
        if (_session is null || (!_purge.IsDue && !_eventPurge.IsDue))
        {
            return;
        }

        try
        {
            if (_purge.IsDue)
            {
                _purge.Run(_session, _feed);
            }

            if (_eventPurge.IsDue)
            {
                _eventPurge.Run(_session);
            }
        }
        catch (Exception exception)
        {
            LogPurgeFailed(_logger, exception, _dialect.Description);
            AfterFailure();
        }
    }
}
