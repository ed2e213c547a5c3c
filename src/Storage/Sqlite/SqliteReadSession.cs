using System.Collections.Immutable;
using Sluice.Grains.Ports;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Sqlite;

/// <summary>The statements of reads.</summary>
internal sealed class SqliteReadSession(SqliteDatabase database) : IReadSession
{
    private readonly SqliteStatement _begin = database.Prepare("BEGIN");
    private readonly SqliteStatement _end = database.Prepare("COMMIT");
    private readonly SqliteStatement _record =
        database.Prepare("SELECT etag, body FROM records WHERE key = ?1 AND state = ?2");

    private readonly SqliteStatement _job =
        database.Prepare("SELECT etag, body FROM jobs WHERE key = ?1 AND etag IS NOT NULL");

    private readonly SqliteStatement _purged = database.Prepare(SqliteStatements.ReadPurged);
    private readonly SqliteStatement _changes = database.Prepare(SqliteStatements.ReadChanges);
    private readonly SqliteStatement _active = database.Prepare(SqliteStatements.ReadActive);
    private readonly SqliteStatement _runnable = database.Prepare(SqliteStatements.ReadRunnable);
    private readonly SqliteStatement _inOrder = database.Prepare(SqliteStatements.ReadInOrder);
    private readonly SqliteStatement _newestEvent = database.Prepare(SqliteStatements.ReadNewestEvent);
    private readonly SqliteStatement _events = database.Prepare(SqliteStatements.ReadEvents);
    private readonly SqliteStatement _latestEvents = database.Prepare(SqliteStatements.ReadLatestEvents);
    private readonly SqliteStatement _eventsOfJob = database.Prepare(SqliteStatements.ReadEventsOfJob);
    private readonly SqliteStatement _latestEventsOfJob = database.Prepare(SqliteStatements.ReadLatestEventsOfJob);
    private readonly SqliteStatement _owner = database.Prepare("SELECT id, etag FROM owners WHERE key = ?1");
    private readonly SqliteStatement _rows = database.Prepare(SqliteStatements.LoadRows);
    private readonly SqliteStatement _due = database.Prepare(SqliteStatements.ReadDue);

    public StoredRecord? ReadRecord(string key, string stateName) => ReadOne(_record.Bind(1, key).Bind(2, stateName));

    public Dictionary<string, StoredRecord> ReadJobs(IReadOnlyCollection<string> keys)
    {
        var found = new Dictionary<string, StoredRecord>(keys.Count);
        foreach (var key in keys)
        {
            if (ReadOne(_job.Bind(1, key)) is { } job)
            {
                found.Add(key, job);
            }
        }

        return found;
    }

    public ImmutableArray<JobRow>? ReadChanges(string domain, long after, int max) => InTransaction(() =>
    {
        var purgedChange = 0L;
        _purged.Bind(1, domain);
        while (_purged.Step())
        {
            purgedChange = _purged.GetInt64(0);
        }

        return after < purgedChange ? (ImmutableArray<JobRow>?)null : ReadJobs(_changes, domain, after, max);
    });

    public ImmutableArray<JobRow> ReadActive(string domain, long after, int max) =>
        ReadJobs(_active, domain, after, max);

    public ImmutableArray<JobRow> ReadRunnable(string domain, long after, int max) =>
        ReadJobs(_runnable, domain, after, max);

    public ImmutableArray<JobRow> ReadInOrder(string domain, long after, int max) =>
        ReadJobs(_inOrder, domain, after, max);

    public EventRows ReadEvents(string domain, long after, int max, string? jobName, int maxKept) =>
        ReadEvents(jobName is null ? _events : _eventsOfJob, domain, after, max, jobName, maxKept);

    public EventRows ReadLatestEvents(string domain, int max, string? jobName, int maxKept)
    {
        var read = ReadEvents(
            jobName is null ? _latestEvents : _latestEventsOfJob, domain, after: 0, max, jobName, maxKept);
        return read with { Rows = [.. read.Rows.Reverse()] };
    }

    public string? ReadOwner(string owner) => FindOwner(owner).ETag;

    public OwnedRows LoadRows(string owner) => InTransaction(() =>
    {
        var (ownerId, etag) = FindOwner(owner);
        var rows = ImmutableArray.CreateBuilder<OwnedRow>();
        var collection = "";
        _rows.Bind(1, ownerId);
        while (_rows.Step())
        {
            // The rows of a collection follow each other, by the hundred thousand.
            collection = _rows.IsText(0, collection) ? collection : _rows.GetString(0);
            rows.Add(new(collection, _rows.GetString(1), _rows.GetBlob(2)));
        }

        return new OwnedRows(etag, rows.DrainToImmutable());
    });

    public ImmutableArray<string> ReadDue(long nowTicks, int max)
    {
        var keys = ImmutableArray.CreateBuilder<string>();
        _due.Bind(1, nowTicks).Bind(2, max);
        while (_due.Step())
        {
            keys.Add(_due.GetString(0));
        }

        return keys.ToImmutable();
    }

    public ImmutableArray<DomainNumbers> ReadNewest(IReadOnlyCollection<string> domains) =>
        throw new NotSupportedException("one process has the file, and its memory has the numbers");

    public void Dispose() => database.Dispose();

    private EventRows ReadEvents(
        SqliteStatement statement, string domain, long after, int max, string? jobName, int maxKept) =>
        InTransaction(() =>
        {
            var (domainId, newest) = (0L, 0L);
            _newestEvent.Bind(1, domain);
            while (_newestEvent.Step())
            {
                (domainId, newest) = (_newestEvent.GetInt64(0), _newestEvent.GetInt64(1));
            }

            // What is over the limit is out of sight at once, and purged some time later.
            statement.Bind(1, domainId).Bind(2, Math.Max(after, newest - maxKept)).Bind(3, max);
            if (jobName is not null)
            {
                statement.Bind(4, jobName);
            }

            var rows = ImmutableArray.CreateBuilder<EventRow>();
            while (statement.Step())
            {
                rows.Add(new(statement.GetInt64(0), new NewEvent
                {
                    At = new(statement.GetInt64(1), TimeSpan.Zero),
                    JobName = statement.GetStringOrNull(2),
                    Uid = statement.GetStringOrNull(3),
                    Kind = statement.GetString(4),
                    Body = statement.GetBlob(5),
                }));
            }

            return new EventRows(rows.ToImmutable(), newest);
        });

    private static StoredRecord? ReadOne(SqliteStatement statement)
    {
        StoredRecord? found = null;
        while (statement.Step())
        {
            found = new(statement.GetString(0), statement.GetBlob(1));
        }

        return found;
    }

    private static ImmutableArray<JobRow> ReadJobs(SqliteStatement statement, string domain, long after, int max)
    {
        var rows = ImmutableArray.CreateBuilder<JobRow>();
        statement.Bind(1, domain).Bind(2, after).Bind(3, max);
        while (statement.Step())
        {
            rows.Add(new(
                statement.GetString(0),
                statement.GetInt64(1),
                statement.GetInt64(2),
                statement.GetBoolean(3),
                statement.GetBlob(4)));
        }

        return rows.ToImmutable();
    }

    /// <summary>So that several statements see one committed state.</summary>
    private T InTransaction<T>(Func<T> read)
    {
        _begin.Execute();
        try
        {
            return read();
        }
        finally
        {
            if (database.IsInTransaction)
            {
                _end.Execute();
            }
        }
    }

    private (long Id, string? ETag) FindOwner(string owner)
    {
        (long, string?) found = default;
        _owner.Bind(1, owner);
        while (_owner.Step())
        {
            found = (_owner.GetInt64(0), _owner.GetString(1));
        }

        return found;
    }
}
