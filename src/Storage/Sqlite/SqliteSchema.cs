namespace Sluice.Storage.Sqlite;

/// <summary>
/// The tables, and the steps from each version to the next. A step that was released is never changed.
/// </summary>
internal static class SqliteSchema
{
    private static readonly string[] Migrations =
    [
        // Version 1. Updates of a job touch its row and one index entry: rank, so that active rows, inactive ones and
        // purgeable markers are ranges of one index instead of indexes.
        """
        CREATE TABLE domains (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            newest_change INTEGER NOT NULL,
            newest_added INTEGER NOT NULL,
            purged_change INTEGER NOT NULL DEFAULT 0
        );

        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            domain INTEGER NOT NULL,
            added INTEGER NOT NULL,
            change INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            deleted INTEGER NOT NULL,
            due INTEGER,
            etag TEXT,
            body BLOB NOT NULL
        );
        CREATE INDEX jobs_by_change ON jobs (domain, kind, change);
        CREATE INDEX jobs_in_order ON jobs (domain, added) WHERE deleted = 0;
        CREATE INDEX jobs_due ON jobs (due, key) WHERE due IS NOT NULL;

        CREATE TABLE records (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL,
            state TEXT NOT NULL,
            etag TEXT NOT NULL,
            body BLOB NOT NULL,
            UNIQUE (key, state)
        );

        CREATE TABLE owners (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            etag TEXT NOT NULL,
            due INTEGER
        );
        CREATE INDEX owners_due ON owners (due, key) WHERE due IS NOT NULL;

        CREATE TABLE rows (
            owner INTEGER NOT NULL,
            collection TEXT NOT NULL,
            key TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (owner, collection, key)
        ) WITHOUT ROWID;
        """,

        // Version 2. Of the active rows (kind 2) those that an executor may have to do with are a range of their own.
        """
        UPDATE jobs SET kind = 3
        WHERE kind = 2 AND (
            json_type(CAST(body AS TEXT), '$.managed') = 'object'
            OR json_array_length(CAST(body AS TEXT), '$.ending') > 0);
        """,

        // Version 3. What happened, numbered by domain in the order of commits.
        """
        ALTER TABLE domains ADD COLUMN newest_event INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE events (
            domain INTEGER NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            job TEXT,
            uid TEXT,
            kind TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (domain, number)
        ) WITHOUT ROWID;
        CREATE INDEX events_of_jobs ON events (domain, job, number) WHERE job IS NOT NULL;
        """,
    ];

    public static int NewestVersion => Migrations.Length;

    /// <summary>Brings the database to the newest version, each step in a transaction of its own.</summary>
    /// <returns>The version that was found.</returns>
    public static int Migrate(SqliteDatabase database)
    {
        var found = CheckVersion(database);
        for (var version = found; version < NewestVersion; version++)
        {
            database.Execute($"BEGIN IMMEDIATE; {Migrations[version]} PRAGMA user_version = {version + 1}; COMMIT;");
        }

        return found;
    }

    /// <returns>The database's version; 0: it is empty.</returns>
    /// <exception cref="StoreException">It is newer than this code, or no database of Sluice.</exception>
    public static int CheckVersion(SqliteDatabase database)
    {
        var found = (int)database.ExecuteInt64("PRAGMA user_version");
        if (found > NewestVersion)
        {
            throw new StoreException(
                StoreFailure.NewerSchema,
                $"a newer version of Sluice wrote {database.Path}: its schema is {found}, this version knows up to "
                + $"{NewestVersion}");
        }

        if (found == 0 && database.ExecuteInt64("SELECT count(*) FROM sqlite_schema") > 0)
        {
            throw new StoreException(StoreFailure.Corrupt, $"{database.Path} is a database, but none of Sluice");
        }

        return found;
    }
}
