using Sluice.Storage.Commits;

namespace Sluice.Storage.Sqlite;

/// <summary>The longer statements.</summary>
internal static class SqliteStatements
{
    // Values of jobs.kind.
    private const int MarkerKind = 0;
    private const int InactiveKind = 1;
    private const int ActiveKind = 2;
    private const int RunnableKind = 3;

    /// <summary>?1: an array of [kind of write, key, state name]; answers the place in it and what is stored.</summary>
    public static readonly string Guards = $"""
        WITH guards AS MATERIALIZED (
            SELECT key AS place, value ->> 0 AS kind, value ->> 1 AS key, value ->> 2 AS state FROM json_each(?1))
        SELECT place, j.id, j.etag, j.added, j.deleted, j.kind, j.due
            FROM guards g CROSS JOIN jobs j ON j.key = g.key WHERE g.kind = {(int)WriteKind.Job}
        UNION ALL
        SELECT place, r.id, r.etag, 0, 0, 0, NULL
            FROM guards g CROSS JOIN records r ON r.key = g.key AND r.state = g.state
            WHERE g.kind = {(int)WriteKind.Record}
        UNION ALL
        SELECT place, o.id, o.etag, 0, 0, 0, o.due
            FROM guards g CROSS JOIN owners o ON o.key = g.key WHERE g.kind = {(int)WriteKind.Rows}
        """;

    /// <summary>?1 domain, ?2 changes and ?3 additions to take.</summary>
    public const string TakeNumbers = """
        INSERT INTO domains (name, newest_change, newest_added) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET
            newest_change = newest_change + excluded.newest_change,
            newest_added = newest_added + excluded.newest_added
        RETURNING id, newest_change, newest_added, newest_event
        """;

    public const string InsertJob = """
        INSERT INTO jobs (key, change, etag, body, added, kind, deleted, due, domain)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

    public const string UpdateJob = """
        UPDATE jobs SET change = ?2, etag = ?3, body = ?4, added = ?5, kind = ?6, deleted = ?7, due = ?8 WHERE id = ?1
        """;

    public const string UpdateJobBody = "UPDATE jobs SET change = ?2, etag = ?3, body = ?4 WHERE id = ?1";

    public const string DeleteJob = "DELETE FROM jobs WHERE id = ?1";

    public const string InsertRecord = "INSERT INTO records (key, state, etag, body) VALUES (?1, ?2, ?3, ?4)";

    public const string UpdateRecord = "UPDATE records SET etag = ?2, body = ?3 WHERE id = ?1";

    public const string DeleteRecord = "DELETE FROM records WHERE id = ?1";

    public const string InsertOwner = "INSERT INTO owners (key, etag, due) VALUES (?1, ?2, ?3) RETURNING id";

    public const string UpdateOwner = "UPDATE owners SET etag = ?2, due = ?3 WHERE id = ?1";

    public const string UpsertRow = """
        INSERT INTO rows (owner, collection, key, body) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (owner, collection, key) DO UPDATE SET body = excluded.body
        """;

    public const string DeleteRow = "DELETE FROM rows WHERE owner = ?1 AND collection = ?2 AND key = ?3";

    /// <summary>?1 domain, ?2 events to take. Apart from the other numbers: most commits have no events.</summary>
    public const string TakeEventNumbers = """
        INSERT INTO domains (name, newest_change, newest_added, newest_event) VALUES (?1, 0, 0, ?2)
        ON CONFLICT (name) DO UPDATE SET newest_event = newest_event + excluded.newest_event
        RETURNING id, newest_event
        """;

    public const string InsertEvent = """
        INSERT INTO events (domain, number, at, job, uid, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """;

    /// <summary>?1 domain, ?2 highest number, ?3 how many. Numbers have no gaps.</summary>
    public const string PurgeEvents = """
        WITH oldest AS (
            SELECT d.id, (SELECT min(e.number) FROM events e WHERE e.domain = d.id) AS number
            FROM domains d WHERE d.name = ?1)
        DELETE FROM events WHERE domain = (SELECT id FROM oldest)
            AND number <= min(?2, (SELECT number FROM oldest) + ?3 - 1)
        RETURNING number
        """;

    public const string ReadDomains =
        "SELECT id, name, newest_change, newest_added, newest_event FROM domains ORDER BY id";

    public const string NotePurged = "UPDATE domains SET purged_change = ?2 WHERE name = ?1";

    /// <summary>?1 domain, ?2 highest change, ?3 how many.</summary>
    public static readonly string FindMarkers = $"""
        SELECT j.id, j.change FROM jobs j
        WHERE j.domain = (SELECT id FROM domains WHERE name = ?1) AND j.kind = {MarkerKind} AND j.change <= ?2
        ORDER BY j.change LIMIT ?3
        """;

    public const string ReadPurged = "SELECT purged_change FROM domains WHERE name = ?1";

    /// <summary>?1 domain, ?2 after, ?3 how many. Ranges of one index, merged by change.</summary>
    public static readonly string ReadChanges = ChangesOf(MarkerKind, InactiveKind, ActiveKind, RunnableKind);

    /// <summary>As <see cref="ReadChanges"/>.</summary>
    public static readonly string ReadActive = ChangesOf(ActiveKind, RunnableKind);

    /// <summary>As <see cref="ReadChanges"/>.</summary>
    public static readonly string ReadRunnable = ChangesOf(RunnableKind);

    /// <summary>?1 domain.</summary>
    public const string ReadNewestEvent = "SELECT id, newest_event FROM domains WHERE name = ?1";

    /// <summary>?1 id of the domain, ?2 after, ?3 how many.</summary>
    public static readonly string ReadEvents = EventsOf("number > ?2 ORDER BY number");

    /// <summary>As <see cref="ReadEvents"/>, newest first.</summary>
    public static readonly string ReadLatestEvents = EventsOf("number > ?2 ORDER BY number DESC");

    /// <summary>As <see cref="ReadEvents"/>; ?4 a job's name.</summary>
    public static readonly string ReadEventsOfJob = EventsOf("job = ?4 AND number > ?2 ORDER BY number");

    /// <summary>As <see cref="ReadEventsOfJob"/>, newest first.</summary>
    public static readonly string ReadLatestEventsOfJob = EventsOf("job = ?4 AND number > ?2 ORDER BY number DESC");

    public const string ReadInOrder = """
        SELECT key, added, change, deleted, body FROM jobs
        WHERE domain = (SELECT id FROM domains WHERE name = ?1) AND deleted = 0 AND added > ?2
        ORDER BY added LIMIT ?3
        """;

    /// <summary>?1 owner.</summary>
    public const string LoadRows = """
        SELECT collection, key, body FROM rows WHERE owner = ?1 ORDER BY collection, key
        """;

    /// <summary>?1 now, ?2 how many.</summary>
    public const string ReadDue = """
        SELECT key, due FROM jobs WHERE due <= ?1
        UNION ALL
        SELECT key, due FROM owners WHERE due <= ?1
        ORDER BY due, key LIMIT ?2
        """;

    public static int KindOf(JobWrite write) => write switch
    {
        { Activity: JobActivity.Runnable } => RunnableKind,
        { Activity: JobActivity.Active } => ActiveKind,
        { IsDeleted: true, DueAtTicks: null } => MarkerKind,
        _ => InactiveKind,
    };

    public static JobActivity ActivityOf(long kind) => kind switch
    {
        RunnableKind => JobActivity.Runnable,
        ActiveKind => JobActivity.Active,
        _ => JobActivity.None,
    };

    private static string EventsOf(string condition) =>
        $"SELECT number, at, job, uid, kind, body FROM events WHERE domain = ?1 AND {condition} LIMIT ?3";

    private static string ChangesOf(params int[] kinds) =>
        $"{string.Join(" UNION ALL ", kinds.Select(ChangesOfKind))} ORDER BY change LIMIT ?3";

    private static string ChangesOfKind(int kind) => $"""
        SELECT key, added, change, deleted, body FROM jobs
        WHERE domain = (SELECT id FROM domains WHERE name = ?1) AND kind = {kind} AND change > ?2
        """;
}
