using Sluice.Storage.Commits;

namespace Sluice.Storage.Postgres;

/// <summary>The text of the statements.</summary>
internal static class PostgresStatements
{
    // Values of jobs.kind.
    private const short MarkerKind = 0;
    private const short InactiveKind = 1;
    private const short ActiveKind = 2;
    private const short RunnableKind = 3;

    /// <summary>Where a store that shares the database tells the others what it has committed.</summary>
    public const string HintChannel = "sluice_changes";

    // The guards lock what they find in the order of the keys, the same for every process. What waited for another's
    // commit is read as that left it.

    /// <summary>$1 keys.</summary>
    public const string GuardJobs = """
        SELECT g.place, 1::bigint, j.etag, j.added, j.deleted, j.kind, j.due
        FROM unnest($1) WITH ORDINALITY g(key, place) JOIN jobs j ON j.key = g.key
        ORDER BY j.key FOR UPDATE OF j
        """;

    /// <summary>$1 keys, $2 state names.</summary>
    public const string GuardRecords = """
        SELECT g.place, 1::bigint, r.etag, 0::bigint, false, 0::smallint, NULL::bigint
        FROM unnest($1, $2) WITH ORDINALITY g(key, state, place) JOIN records r ON r.key = g.key AND r.state = g.state
        ORDER BY r.key, r.state FOR UPDATE OF r
        """;

    /// <summary>$1 keys.</summary>
    public const string GuardOwners = """
        SELECT g.place, o.id, o.etag, 0::bigint, false, 0::smallint, o.due
        FROM unnest($1) WITH ORDINALITY g(key, place) JOIN owners o ON o.key = g.key
        ORDER BY o.key FOR UPDATE OF o
        """;

    /// <summary>
    /// $1 domains. They are locked until the commit, so that numbers are in the order of commits whoever takes them.
    /// </summary>
    public const string LockDomains = """
        SELECT id, name, newest_change, newest_added, newest_event FROM domains WHERE name = ANY ($1)
        ORDER BY name FOR UPDATE
        """;

    /// <summary>$1 domain.</summary>
    public const string AddDomain = """
        INSERT INTO domains (name, newest_change, newest_added, newest_event) VALUES ($1, 0, 0, 0)
        ON CONFLICT (name) DO UPDATE SET name = excluded.name
        RETURNING id, name, newest_change, newest_added, newest_event
        """;

    public const string UpdateDomains = """
        UPDATE domains d SET newest_change = n.change, newest_added = n.added, newest_event = n.event
        FROM unnest($1, $2, $3, $4) n(id, change, added, event) WHERE d.id = n.id
        """;

    public const string InsertJobs = """
        INSERT INTO jobs (key, domain, added, change, kind, deleted, due, etag, body)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    public const string UpdateJobs = """
        UPDATE jobs j SET added = n.added, change = n.change, kind = n.kind, deleted = n.deleted, due = n.due,
            etag = n.etag, body = n.body
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) n(key, added, change, kind, deleted, due, etag, body)
        WHERE j.key = n.key
        """;

    public const string UpdateJobBodies = """
        UPDATE jobs j SET change = n.change, etag = n.etag, body = n.body
        FROM unnest($1, $2, $3, $4) n(key, change, etag, body) WHERE j.key = n.key
        """;

    public const string InsertRecords =
        "INSERT INTO records (key, state, etag, body) SELECT * FROM unnest($1, $2, $3, $4)";

    public const string UpdateRecords = """
        UPDATE records r SET etag = n.etag, body = n.body
        FROM unnest($1, $2, $3, $4) n(key, state, etag, body) WHERE r.key = n.key AND r.state = n.state
        """;

    public const string DeleteRecords = """
        DELETE FROM records r USING unnest($1, $2) n(key, state) WHERE r.key = n.key AND r.state = n.state
        """;

    public const string InsertOwners = "INSERT INTO owners (id, key, etag, due) SELECT * FROM unnest($1, $2, $3, $4)";

    public const string UpdateOwners = """
        UPDATE owners o SET etag = n.etag, due = n.due FROM unnest($1, $2, $3) n(key, etag, due) WHERE o.key = n.key
        """;

    public const string DeleteRows = """
        DELETE FROM rows r USING unnest($1, $2, $3) n(owner, collection, key)
        WHERE r.owner = n.owner AND r.collection = n.collection AND r.key = n.key
        """;

    public const string UpsertRows = """
        INSERT INTO rows (owner, collection, key, body) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (owner, collection, key) DO UPDATE SET body = excluded.body
        """;

    public const string InsertEvents = """
        INSERT INTO events (domain, number, at, job, uid, kind, body) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>The first of as many ids as the sequence counts on.</summary>
    public const string TakeOwnerIds = "SELECT nextval('owner_ids')";

    /// <summary>Into the log alone, with the transaction.</summary>
    public const string WriteMessage = "SELECT pg_logical_emit_message(true, 'sluice', '')";

    /// <summary>$1 hints, after the commit and outside of it: who tells must not keep other commits waiting.</summary>
    public const string SendHints = $"SELECT pg_notify('{HintChannel}', hint) FROM unnest($1) hint";

    /// <summary>$1 domain, $2 highest change, $3 how many. What another process is at is left to it.</summary>
    public static readonly string PurgeMarkers = $"""
        WITH oldest AS (
            SELECT j.key FROM jobs j
            WHERE j.domain = (SELECT id FROM domains WHERE name = $1) AND j.kind = {MarkerKind} AND j.change <= $2
            ORDER BY j.change LIMIT $3 FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM jobs j USING oldest o WHERE j.key = o.key RETURNING j.change),
        noted AS (
            UPDATE domains SET purged_change = greatest(purged_change, (SELECT max(change) FROM gone))
            WHERE name = $1 AND EXISTS (SELECT FROM gone))
        SELECT count(*) FROM gone
        """;

    /// <summary>$1 domain, $2 highest number, $3 how many. Numbers have no gaps.</summary>
    public const string PurgeEvents = """
        WITH oldest AS (
            SELECT d.id, (SELECT min(e.number) FROM events e WHERE e.domain = d.id) AS number
            FROM domains d WHERE d.name = $1),
        gone AS (
            DELETE FROM events WHERE domain = (SELECT id FROM oldest)
                AND number <= least($2, (SELECT number FROM oldest) + $3 - 1)
            RETURNING number)
        SELECT count(*) FROM gone
        """;

    /// <summary>Waits for a transaction that still holds a counter: of a lost connection it may yet be committed.</summary>
    public const string ReadDomains =
        "SELECT id, name, newest_change, newest_added, newest_event FROM domains ORDER BY name FOR SHARE";

    /// <summary>$1 domains.</summary>
    public const string ReadNewest = """
        SELECT id, name, newest_change, newest_added, newest_event FROM domains WHERE name = ANY ($1)
        """;

    public const string ReadRecord = "SELECT etag, body FROM records WHERE key = $1 AND state = $2";

    public const string ReadJob = "SELECT etag, body FROM jobs WHERE key = $1 AND etag IS NOT NULL";

    public const string ReadPurged = "SELECT purged_change FROM domains WHERE name = $1";

    /// <summary>$1 domain, $2 after, $3 how many. Ranges of one index, merged by change.</summary>
    public static readonly string ReadChanges = ChangesOf(MarkerKind, InactiveKind, ActiveKind, RunnableKind);

    /// <summary>As <see cref="ReadChanges"/>.</summary>
    public static readonly string ReadActive = ChangesOf(ActiveKind, RunnableKind);

    /// <summary>As <see cref="ReadChanges"/>.</summary>
    public static readonly string ReadRunnable = ChangesOf(RunnableKind);

    public const string ReadInOrder = """
        SELECT key, added, change, deleted, body FROM jobs
        WHERE domain = (SELECT id FROM domains WHERE name = $1) AND NOT deleted AND added > $2
        ORDER BY added LIMIT $3
        """;

    /// <summary>$1 domain.</summary>
    public const string ReadNewestEvent = "SELECT newest_event FROM domains WHERE name = $1";

    /// <summary>$1 domain, $2 after, $3 how many, $4 how many are kept.</summary>
    public static readonly string ReadEvents = EventsOf("", "ASC");

    /// <summary>As <see cref="ReadEvents"/>, newest first.</summary>
    public static readonly string ReadLatestEvents = EventsOf("", "DESC");

    /// <summary>As <see cref="ReadEvents"/>; $5 a job's name.</summary>
    public static readonly string ReadEventsOfJob = EventsOf("e.job = $5 AND", "ASC");

    /// <summary>As <see cref="ReadEventsOfJob"/>, newest first.</summary>
    public static readonly string ReadLatestEventsOfJob = EventsOf("e.job = $5 AND", "DESC");

    /// <summary>$1 owner.</summary>
    public const string ReadOwner = "SELECT etag FROM owners WHERE key = $1";

    /// <summary>$1 owner.</summary>
    public const string LoadRows = """
        SELECT collection, key, body FROM rows WHERE owner = (SELECT id FROM owners WHERE key = $1)
        ORDER BY collection, key
        """;

    /// <summary>$1 now, $2 how many.</summary>
    public const string ReadDue = """
        (SELECT key, due FROM jobs WHERE due <= $1 ORDER BY due, key LIMIT $2)
        UNION ALL
        (SELECT key, due FROM owners WHERE due <= $1 ORDER BY due, key LIMIT $2)
        ORDER BY due, key LIMIT $2
        """;

    public static short KindOf(JobWrite write) => write switch
    {
        { Activity: JobActivity.Runnable } => RunnableKind,
        { Activity: JobActivity.Active } => ActiveKind,
        { IsDeleted: true, DueAtTicks: null } => MarkerKind,
        _ => InactiveKind,
    };

    public static JobActivity ActivityOf(short kind) => kind switch
    {
        RunnableKind => JobActivity.Runnable,
        ActiveKind => JobActivity.Active,
        _ => JobActivity.None,
    };

    private static string EventsOf(string condition, string order) => $"""
        SELECT e.number, e.at, e.job, e.uid, e.kind, e.body FROM domains d JOIN events e ON e.domain = d.id
        WHERE d.name = $1 AND {condition} e.number > greatest($2, d.newest_event - $4)
        ORDER BY e.number {order} LIMIT $3
        """;

    private static string ChangesOf(params short[] kinds) =>
        $"SELECT * FROM ({string.Join(" UNION ALL ", kinds.Select(ChangesOfKind))}) c ORDER BY change LIMIT $3";

    private static string ChangesOfKind(short kind) => $"""
        (SELECT key, added, change, deleted, body FROM jobs
        WHERE domain = (SELECT id FROM domains WHERE name = $1) AND kind = {kind} AND change > $2
        ORDER BY change LIMIT $3)
        """;
}
