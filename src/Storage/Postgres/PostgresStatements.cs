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
        SELECT g.place, 1::bigint, j.etag, j.added, j.deleted
        FROM unnest($1) WITH ORDINALITY g(key, place) JOIN jobs j ON j.key = g.key
        ORDER BY j.key FOR UPDATE OF j
        """;

    /// <summary>$1 keys, $2 state names.</summary>
    public const string GuardRecords = """
        SELECT g.place, 1::bigint, r.etag, 0::bigint, false
        FROM unnest($1, $2) WITH ORDINALITY g(key, state, place) JOIN records r ON r.key = g.key AND r.state = g.state
        ORDER BY r.key, r.state FOR UPDATE OF r
        """;

    /// <summary>$1 keys.</summary>
    public const string GuardOwners = """
        SELECT g.place, o.id, o.etag, 0::bigint, false
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

    // What changes a row finds it only if it is as its writer expects, whether or not guards were read before. If not
    // all are found, it divides by zero: nothing is committed.

    /// <summary>
    /// All that takes numbers, in one statement: $1 to $11 jobs, of which nothing is stored (0), that keep their place
    /// (1), or that were deleted and are added again (2); $12 to $18 counters, as they were and as they become; $19 to
    /// $25 events. Answers with the places of the jobs that keep theirs. Their update does not name the column: only of
    /// columns that no update names an index is rid of its outdated entries as it grows.
    /// </summary>
    public const string WriteNumbered = """
        WITH n AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY
                n(key, stored, expected, domain, added, change, kind, deleted, due, etag, body, place)),
        inserted AS (
            INSERT INTO jobs (key, domain, added, change, kind, deleted, due, etag, body)
            SELECT key, domain, added, change, kind, deleted, due, etag, body FROM n WHERE stored = 0),
        updated AS (
            UPDATE jobs j SET change = n.change, kind = n.kind, deleted = n.deleted, due = n.due, etag = n.etag,
                body = n.body
            FROM n
            WHERE n.stored = 1 AND j.key = n.key AND j.etag IS NOT DISTINCT FROM n.expected
                AND (n.deleted OR NOT j.deleted)
            RETURNING n.place, j.added),
        readded AS (
            UPDATE jobs j SET added = n.added, change = n.change, kind = n.kind, deleted = false, due = n.due,
                etag = n.etag, body = n.body
            FROM n
            WHERE n.stored = 2 AND j.key = n.key AND j.etag IS NOT DISTINCT FROM n.expected AND j.deleted
            RETURNING 1),
        counted AS (
            UPDATE domains d SET newest_change = c.change, newest_added = c.added, newest_event = c.event
            FROM unnest($12, $13, $14, $15, $16, $17, $18) c(id, was_change, was_added, was_event, change, added, event)
            WHERE d.id = c.id
                AND (d.newest_change, d.newest_added, d.newest_event) = (c.was_change, c.was_added, c.was_event)
            RETURNING 1),
        told AS (
            INSERT INTO events (domain, number, at, job, uid, kind, body)
            SELECT * FROM unnest($19, $20, $21, $22, $23, $24, $25))
        SELECT 1 / (
            (SELECT count(*) FROM counted) = cardinality($12)
            AND (SELECT count(*) FROM updated) + (SELECT count(*) FROM readded)
                = (SELECT count(*) FROM n WHERE stored <> 0))::int,
            (SELECT array_agg(added ORDER BY place) FROM updated)
        """;

    public const string InsertRecords =
        "INSERT INTO records (key, state, etag, body) SELECT * FROM unnest($1, $2, $3, $4)";

    public static readonly string UpdateRecords = All("""
        UPDATE records r SET etag = n.etag, body = n.body
        FROM unnest($1, $2, $3, $4, $5) n(key, state, expected, etag, body)
        WHERE r.key = n.key AND r.state = n.state AND r.etag = n.expected
        """);

    public static readonly string DeleteRecords = All("""
        DELETE FROM records r USING unnest($1, $2, $3) n(key, state, expected)
        WHERE r.key = n.key AND r.state = n.state AND r.etag = n.expected
        """);

    public const string InsertOwners = "INSERT INTO owners (id, key, etag, due) SELECT * FROM unnest($1, $2, $3, $4)";

    public static readonly string UpdateOwners = All("""
        UPDATE owners o SET etag = n.etag, due = n.due FROM unnest($1, $2, $3, $4, $5) n(id, key, expected, etag, due)
        WHERE o.key = n.key AND o.id = n.id AND o.etag = n.expected
        """);

    public const string DeleteRows = """
        DELETE FROM rows r USING unnest($1, $2, $3) n(owner, collection, key)
        WHERE r.owner = n.owner AND r.collection = n.collection AND r.key = n.key
        """;

    public const string UpsertRows = """
        INSERT INTO rows (owner, collection, key, body) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (owner, collection, key) DO UPDATE SET body = excluded.body
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

    /// <summary>$1 keys.</summary>
    public const string ReadJobs = "SELECT key, etag, body FROM jobs WHERE key = ANY ($1) AND etag IS NOT NULL";

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

    /// <summary>Changes one row for each of the first parameter, or fails.</summary>
    private static string All(string change) => $"""
        WITH done AS ({change} RETURNING 1) SELECT 1 / (count(*) = cardinality($1))::int FROM done
        """;

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
