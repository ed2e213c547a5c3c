using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Storage.Archives;

namespace Sluice.Storage.Postgres;

/// <summary>All tables of a database: read beside those who use it, or written where nobody does.</summary>
internal sealed class PostgresArchive(PostgresOptions options, ILogger logger) : IStoreArchive
{
    // An archive may take long, and whoever reads or writes its file may be slow.
    private const string NoLimits = """
        SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
        SET LOCAL plan_cache_mode = auto; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;
        """;

    public void Export(Action<ArchiveRow> write)
    {
        using var dialect = new PostgresDialect(options, logger);
        Explain(dialect, () =>
        {
            using var connection = dialect.Connect();
            PostgresSchema.CheckNewest(connection, dialect.Description);
            Execute(connection, $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {NoLimits}");
            ExportJobs(connection, write);
            ExportRows(connection, write);
            Execute(connection, "COMMIT");
        });
    }

    public void Import(IEnumerable<ArchiveRow> rows)
    {
        if (options.IsShared)
        {
            throw new ArgumentException("an import needs the database for itself", nameof(rows));
        }

        using var dialect = new PostgresDialect(options, logger);
        // Holds the lock, and has made the schema.
        using var session = dialect.OpenWriter();
        Explain(dialect, () =>
        {
            using var connection = dialect.Connect();
            Execute(connection, $"BEGIN; {NoLimits}");
            CheckEmpty(connection, dialect.Description);
            using (var import = new PostgresImport(connection))
            {
                foreach (var row in rows)
                {
                    import.Write(row);
                }

                import.Complete();
            }

            Execute(connection, "COMMIT");
        });
    }

    /// <summary>What goes wrong with the file is not the database's.</summary>
    private static void Explain(PostgresDialect dialect, Action run)
    {
        try
        {
            run();
        }
        catch (NpgsqlException exception)
        {
            throw PostgresErrors.ToException(exception, dialect.Description);
        }
    }

    private static void CheckEmpty(NpgsqlConnection connection, string database)
    {
        using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM domains) OR EXISTS (SELECT FROM jobs) OR EXISTS (SELECT FROM records)
                OR EXISTS (SELECT FROM owners) OR EXISTS (SELECT FROM rows) OR EXISTS (SELECT FROM events)
            """,
            connection);
        if ((bool)command.ExecuteScalar()!)
        {
            throw new StoreException(
                StoreFailure.Refused, $"the store in {database} is not empty; nothing was imported");
        }
    }

    private static void ExportJobs(NpgsqlConnection connection, Action<ArchiveRow> write)
    {
        ReadAll(
            connection,
            "SELECT name, newest_change, newest_added, newest_event, purged_change FROM domains ORDER BY name",
            row => write(new ArchivedDomain(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))));
        ReadAll(
            connection,
            """
            SELECT j.key, d.name, j.added, j.change, j.kind, j.deleted, j.due, j.etag, j.body
            FROM jobs j JOIN domains d ON d.id = j.domain ORDER BY j.key
            """,
            row => write(new ArchivedJob(
                row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt16(4),
                row.GetBoolean(5), NumberOrNull(row, 6), TextOrNull(row, 7), row.GetFieldValue<byte[]>(8))));
    }

    private static void ExportRows(NpgsqlConnection connection, Action<ArchiveRow> write)
    {
        ReadAll(
            connection,
            "SELECT key, state, etag, body FROM records ORDER BY key, state",
            row => write(new ArchivedRecord(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3))));
        ReadAll(
            connection,
            "SELECT key, etag, due FROM owners ORDER BY key",
            row => write(new ArchivedOwner(row.GetString(0), row.GetString(1), NumberOrNull(row, 2))));
        ReadAll(
            connection,
            """
            SELECT o.key, r.collection, r.key, r.body FROM owners o JOIN rows r ON r.owner = o.id
            ORDER BY o.key, r.collection, r.key
            """,
            row => write(new ArchivedRow(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3))));
        ReadAll(
            connection,
            """
            SELECT d.name, e.number, e.at, e.job, e.uid, e.kind, e.body FROM domains d JOIN events e ON e.domain = d.id
            ORDER BY d.name, e.number
            """,
            row => write(new ArchivedEvent(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2), TextOrNull(row, 3), TextOrNull(row, 4),
                row.GetString(5), row.GetFieldValue<byte[]>(6))));
    }

    private static void ReadAll(NpgsqlConnection connection, string sql, Action<NpgsqlDataReader> take)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            take(reader);
        }
    }

    private static long? NumberOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string? TextOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}
