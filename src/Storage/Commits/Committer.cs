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
    // What is not as it was thought to be is found by the next guard, unless it is undone.
    private const int MaxOvertaken = 3;

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
    private readonly TimeProvider _timeProvider;
    private readonly Outage _outage;
    private readonly SessionWatch _watch;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<StoreWrite> _sorted = [];
    private readonly List<StoreWrite> _alone = [null!];
    private readonly CommitOutcome _outcome = new();
    private IWriteSession? _session;

    // A transaction has failed since the last commit: what it has stored all the same is confirmed before it is answered.
    private bool _isInDoubt;

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
        _timeProvider = timeProvider;
        _outage = new(timeProvider);
        _watch = new(dialect.PingInterval, timeProvider);
        _thread = new Thread(Run) { IsBackground = true, Name = "sluice-commit" };
    }

    /// <summary>
    /// Completes where another process has taken the database over, or has changed its tables to a newer version's.
    /// </summary>
    public Task Replaced => _replaced.Task;

    public void Start() => _thread.Start();

    /// <summary>Commits what is queued, then ends; through no outage.</summary>
    public void Dispose()
    {
        _queue.Close();
        _closing.Cancel();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _refresh.Dispose();
        _watch.Dispose();
        _closing.Dispose();
        _session?.Dispose();
    }

    private void Run()
    {
        var batch = new List<StoreWrite>();
        while (_queue.Take(batch, _refresh.IsPostponed ? _refresh.PauseEnded : _watch.Due))
        {
            if (batch.Count == 0)
            {
                Wake();
                continue;
            }

            Commit(batch);
            Purge();
        }
    }

    /// <summary>Nobody writes; what must be seen to meanwhile is.</summary>
    private void Wake()
    {
        if (_session is null || _refresh.IsStale)
        {
            Refresh();
            return;
        }

        try
        {
            _session.Ping();
        }
        catch (Exception exception)
        {
            LoseSession(exception);
            _refresh.MarkStale();
            Refresh();
        }
    }

    private void Commit(List<StoreWrite> batch)
    {
        if (TryCommitThroughOutage(batch) is not { } failure)
        {
            return;
        }

        if (batch.Count == 1 || IsOutage(failure))
        {
            Fail(batch, failure);
            return;
        }

        LogBatchFailed(_logger, failure, batch.Count, _dialect.Description);
        AfterFailure();
        var started = _timeProvider.GetTimestamp();

        // Only the culprit may fail: each by itself.
        foreach (var write in batch)
        {
            _alone[0] = write;
            // What keeps all of them waiting does not do so once for each.
            var isOver = failure is StoreException { Reason: StoreFailure.Busy }
                && _timeProvider.GetElapsedTime(started) > Outage.MaxWait;
            if (isOver)
            {
                Fail(_alone, failure);
            }
            else if (TryCommitThroughOutage(_alone) is { } itsOwn)
            {
                failure = itsOwn;
                Fail(_alone, failure);
            }
        }
    }

    /// <summary>
    /// Where the database is lost, a batch is tried again as a whole for a bounded time: its etags tell what an earlier
    /// try has committed.
    /// </summary>
    /// <returns>Null: answered. Otherwise nobody was answered, and the outcome is unknown.</returns>
    private Exception? TryCommitThroughOutage(List<StoreWrite> batch)
    {
        if (_outage.Refusal is { } refusal)
        {
            return refusal;
        }

        for (var overtaken = 0; ; )
        {
            try
            {
                TryCommit(batch);
                _outage.End();
                return null;
            }
            catch (StoreException exception)
                when (exception.Reason == StoreFailure.Overtaken && overtaken++ < MaxOvertaken)
            {
                // What another process wrote meanwhile is there now for the guards to find.
                AfterFailure();
            }
            catch (Exception exception) when (IsOutage(exception))
            {
                LoseSession(exception);
                _refresh.MarkStale();
                if (!_outage.WaitAfter(exception, _closing.Token))
                {
                    return exception;
                }
            }
            catch (Exception exception)
            {
                return exception;
            }
        }
    }

    private static bool IsOutage(Exception exception) => exception is StoreException
    {
        Reason: StoreFailure.Unavailable or StoreFailure.Locked or StoreFailure.Refused or StoreFailure.Replaced
            or StoreFailure.NewerSchema,
    };

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
            _isInDoubt = false;
        }
        else if (_isInDoubt && _outcome.AlreadyStored.Count > 0)
        {
            session.Confirm();
            _isInDoubt = false;
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

    private void Fail(List<StoreWrite> batch, Exception exception)
    {
        if (!IsOutage(exception))
        {
            AfterFailure();
        }
        else if (!_refresh.IsPostponed)
        {
            _refresh.MarkStale();
            _refresh.Postpone();
        }

        foreach (var write in batch)
        {
            _instruments.WriteFailed();
            LogWriteFailed(_logger, exception, GrainKeys.ForLogs(write.Key), _dialect.Description);
            write.Fail(exception);
        }
    }

    /// <summary>
    /// Whether the failed transaction was committed is unknown: what memory says of it is read again, before its
    /// writers hear of the failure.
    /// </summary>
    private void AfterFailure()
    {
        _refresh.MarkStale();
        _isInDoubt = true;
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
            _outage.End();
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
        _isInDoubt = true;
        if (exception is StoreException { Reason: StoreFailure.Replaced or StoreFailure.NewerSchema })
        {
            _replaced.TrySetResult();
        }

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
