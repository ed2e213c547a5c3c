using Npgsql;

namespace Sluice.Storage.Postgres;

/// <summary>
/// The tables, and the steps from each version to the next. A step that was released is never changed. Text is compared
/// by its bytes, whatever the database's own order is: guards are locked in that order by every process.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>All that is ours is in it, so that the database may hold other things.</summary>
    public const string Name = "sluice";

    /// <summary>By which the sequence of owners' ids counts on.</summary>
    public const int OwnerIdStep = 64;

    private static readonly string[] Migrations =
    [
        // Version 1: as version 3 of SQLite. Every update of a job takes a new change number, so all its indexes get a
        // new entry: there are as few as possible, and the key is the only unique one.
        """
        CREATE TABLE domains (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            newest_change bigint NOT NULL,
            newest_added bigint NOT NULL,
            newest_event bigint NOT NULL,
            purged_change bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

        CREATE TABLE jobs (
            key text COLLATE "C" PRIMARY KEY,
            domain integer NOT NULL,
            added bigint NOT NULL,
            change bigint NOT NULL,
            kind smallint NOT NULL,
            deleted boolean NOT NULL,
            due bigint,
            etag text,
            body bytea NOT NULL
        );
        CREATE INDEX jobs_by_change ON jobs (domain, kind, change);
        CREATE INDEX jobs_in_order ON jobs (domain, added) WHERE NOT deleted;
        CREATE INDEX jobs_due ON jobs (due, key) WHERE due IS NOT NULL;

        CREATE TABLE records (
            key text COLLATE "C" NOT NULL,
            state text COLLATE "C" NOT NULL,
            etag text NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (key, state)
        );

        CREATE SEQUENCE owner_ids INCREMENT BY 64;

        CREATE TABLE owners (
            id bigint NOT NULL,
            key text COLLATE "C" PRIMARY KEY,
            etag text NOT NULL,
            due bigint
        ) WITH (fillfactor = 70);
        CREATE INDEX owners_due ON owners (due, key) WHERE due IS NOT NULL;

        CREATE TABLE rows (
            owner bigint NOT NULL,
            collection text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (owner, collection, key)
        ) WITH (fillfactor = 80);

        CREATE TABLE events (
            domain integer NOT NULL,
            number bigint NOT NULL,
            at bigint NOT NULL,
            job text COLLATE "C",
            uid text,
            kind text NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (domain, number)
        );
        CREATE INDEX events_of_jobs ON events (domain, job, number) WHERE job IS NOT NULL;
        """,
    ];

    public static int NewestVersion => Migrations.Length;

    /// <summary>Brings the database to the newest version in one transaction; of several processes one at a time.</summary>
    /// <returns>The version that was found.</returns>
    public static int Migrate(NpgsqlConnection connection, string database)
    {
        // Read first without the lock: a silo that starts beside others must not wait for them.
        if (ReadVersion(connection) is var known && known == NewestVersion)
        {
            return NewestVersion;
        }

        using var transaction = connection.BeginTransaction();
        Execute(connection, $"""
            SET LOCAL statement_timeout = 0;
            SET LOCAL lock_timeout = '1min';
            SET LOCAL idle_in_transaction_session_timeout = '1min';
            SELECT pg_advisory_xact_lock({PostgresLock.Space}, {PostgresLock.Migration});
            """);
        var found = ReadVersion(connection);
        if (found > NewestVersion)
        {
            throw new StoreException(
                StoreFailure.NewerSchema,
                $"a newer version of Sluice wrote {database}: its schema is {found}, this version knows up to "
                + $"{NewestVersion}");
        }

        if (found < 0)
        {
            throw new StoreException(
                StoreFailure.Corrupt, $"{database} has a schema {Name}, but none of Sluice");
        }

        if (found == 0)
        {
            if (Scalar(connection, $"SELECT count(*) FROM pg_namespace WHERE nspname = '{Name}'") == 0)
            {
                Execute(connection, $"CREATE SCHEMA {Name}");
            }

            Execute(connection, $"""
                CREATE TABLE {Name}.meta (name text PRIMARY KEY, value bigint NOT NULL);
                INSERT INTO {Name}.meta VALUES ('schema', 0), ('epoch', 0);
                """);
        }

        for (var version = found; version < NewestVersion; version++)
        {
            Execute(connection, Migrations[version]);
        }

        Execute(connection, $"UPDATE {Name}.meta SET value = {NewestVersion} WHERE name = 'schema'");
        transaction.Commit();
        return found;
    }

    /// <exception cref="StoreException">The schema is of another version, or there is none.</exception>
    public static void CheckNewest(NpgsqlConnection connection, string database)
    {
        var found = ReadVersion(connection);
        if (found != NewestVersion)
        {
            throw new StoreException(
                found > NewestVersion ? StoreFailure.NewerSchema : StoreFailure.Refused,
                found <= 0
                    ? $"there is no store in {database}"
                    : $"the schema of {database} is {found}, and this version of Sluice exports {NewestVersion}; a "
                        + "server of the same version brings an older one up to date");
        }
    }

    /// <returns>0: there is nothing of Sluice; below: something else has its name.</returns>
    private static int ReadVersion(NpgsqlConnection connection)
    {
        if (Scalar(connection, $"SELECT count(*) FROM pg_class WHERE oid = to_regclass('{Name}.meta')") == 0)
        {
            return Scalar(connection, $"""
                SELECT -count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = '{Name}' AND c.relkind = 'r'
                """) < 0 ? -1 : 0;
        }

        return (int)Scalar(connection, $"SELECT value FROM {Name}.meta WHERE name = 'schema'");
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }

    private static long Scalar(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return (long)command.ExecuteScalar()!;
    }
}
