using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Storage.Archives;

namespace Sluice.Storage.Sqlite;

/// <summary>All tables of the file: read beside the process that has it, or written where nobody has.</summary>
internal sealed class SqliteArchive(string dataDirectory) : IStoreArchive
{
    private static readonly string[] Tables = ["domains", "jobs", "records", "owners", "rows", "events"];

    public void Export(Action<ArchiveRow> write)
    {
        var path = Path.Combine(dataDirectory, SqliteDialect.FileName);
        if (!File.Exists(path))
        {
            throw new StoreException(StoreFailure.InputOutput, $"there is no store in the data folder {dataDirectory}");
        }

        using var database = new SqliteDatabase(path);
        database.Execute($"PRAGMA busy_timeout = {SqliteDialect.BusyTimeoutMilliseconds}; PRAGMA query_only = ON;");
        // One read transaction: what is committed meanwhile is not in it.
        database.Execute("BEGIN");
        CheckVersion(database);
        ExportJobs(database, write);
        ExportRows(database, write);
        ExportEvents(database, write);
        database.Execute("COMMIT");
    }

    public void Import(IEnumerable<ArchiveRow> rows)
    {
        using var folder = DataFolderLock.Acquire(dataDirectory);
        using var dialect = new SqliteDialect(dataDirectory, maxDatabaseBytes: 0, NullLogger.Instance);
        // Makes the schema.
        using var session = dialect.OpenWriter();
        using var database = new SqliteDatabase(Path.Combine(dataDirectory, SqliteDialect.FileName));
        database.Execute($"PRAGMA busy_timeout = {SqliteDialect.BusyTimeoutMilliseconds}; BEGIN IMMEDIATE;");
        foreach (var table in Tables)
        {
            if (database.ExecuteInt64($"SELECT EXISTS (SELECT 1 FROM {table})") != 0)
            {
                throw new StoreException(
                    StoreFailure.Refused, $"the store in {dataDirectory} is not empty; nothing was imported");
            }
        }

        var import = new SqliteImport(database);
        foreach (var row in rows)
        {
            import.Write(row);
        }

        database.Execute("COMMIT");
    }

    private static void CheckVersion(SqliteDatabase database)
    {
        var version = database.ExecuteInt64("PRAGMA user_version");
        if (version != SqliteSchema.NewestVersion)
        {
            throw new StoreException(
                version > SqliteSchema.NewestVersion ? StoreFailure.NewerSchema : StoreFailure.Refused,
                $"the schema of {database.Path} is {version}, and this version of Sluice exports "
                + $"{SqliteSchema.NewestVersion}; a server of the same version brings an older one up to date");
        }
    }

    private static void ExportJobs(SqliteDatabase database, Action<ArchiveRow> write)
    {
        var domains = database.Prepare(
            "SELECT name, newest_change, newest_added, newest_event, purged_change FROM domains ORDER BY name");
        while (domains.Step())
        {
            write(new ArchivedDomain(
                domains.GetString(0), domains.GetInt64(1), domains.GetInt64(2), domains.GetInt64(3),
                domains.GetInt64(4)));
        }

        var jobs = database.Prepare("""
            SELECT j.key, d.name, j.added, j.change, j.kind, j.deleted, j.due, j.etag, j.body
            FROM jobs j JOIN domains d ON d.id = j.domain ORDER BY j.key
            """);
        while (jobs.Step())
        {
            write(new ArchivedJob(
                jobs.GetString(0), jobs.GetString(1), jobs.GetInt64(2), jobs.GetInt64(3), (short)jobs.GetInt64(4),
                jobs.GetBoolean(5), jobs.GetInt64OrNull(6), jobs.GetStringOrNull(7), jobs.GetBlob(8)));
        }
    }

    private static void ExportRows(SqliteDatabase database, Action<ArchiveRow> write)
    {
        var records = database.Prepare("SELECT key, state, etag, body FROM records ORDER BY key, state");
        while (records.Step())
        {
            write(new ArchivedRecord(
                records.GetString(0), records.GetString(1), records.GetString(2), records.GetBlob(3)));
        }

        var owners = database.Prepare("SELECT key, etag, due FROM owners ORDER BY key");
        while (owners.Step())
        {
            write(new ArchivedOwner(owners.GetString(0), owners.GetString(1), owners.GetInt64OrNull(2)));
        }

        var rows = database.Prepare("""
            SELECT o.key, r.collection, r.key, r.body FROM owners o JOIN rows r ON r.owner = o.id
            ORDER BY o.key, r.collection, r.key
            """);
        while (rows.Step())
        {
            write(new ArchivedRow(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetBlob(3)));
        }
    }

    private static void ExportEvents(SqliteDatabase database, Action<ArchiveRow> write)
    {
        var events = database.Prepare("""
            SELECT d.name, e.number, e.at, e.job, e.uid, e.kind, e.body FROM domains d JOIN events e ON e.domain = d.id
            ORDER BY d.name, e.number
            """);
        while (events.Step())
        {
            write(new ArchivedEvent(
                events.GetString(0), events.GetInt64(1), events.GetInt64(2), events.GetStringOrNull(3),
                events.GetStringOrNull(4), events.GetString(5), events.GetBlob(6)));
        }
    }
}
