using Microsoft.Extensions.Logging;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Sqlite;

/// <summary>SQLite in one file, with a write-ahead log: readers never wait for the committer.</summary>
internal sealed class SqliteDialect : IStoreDialect
{
    public const string FileName = "sluice.db";

    // An update of a random job writes the page of its row and those of two index entries: small pages make that less.
    private const int PageBytes = 2_048;

    // 64 MiB: pages that are written often are copied into the database once for many commits.
    private const int CheckpointPages = 32_768;
    private const int WriterCacheKibibytes = 12 << 10;
    private const int ReaderCacheKibibytes = 2 << 10;
    public const int BusyTimeoutMilliseconds = 2_000;

    private readonly string _path;
    private readonly long _maxDatabaseBytes;
    private readonly SqliteCheckpointer _checkpointer;

    public SqliteDialect(string dataDirectory, long maxDatabaseBytes, ILogger logger)
    {
        _path = Path.Combine(dataDirectory, FileName);
        _maxDatabaseBytes = maxDatabaseBytes;
        _checkpointer = new(() => Open(ReaderCacheKibibytes, database => database), CheckpointPages, logger);
    }

    public string Description => _path;

    /// <summary>The lock of the data folder keeps others away.</summary>
    public bool IsShared => false;

    public TimeSpan? PingInterval => null;

    public IWriteSession OpenWriter() => Open(WriterCacheKibibytes, database =>
    {
        database.Execute($"""
            PRAGMA page_size = {PageBytes};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = {(long)CheckpointPages * PageBytes};
            """);
        if (_maxDatabaseBytes > 0)
        {
            database.Execute($"PRAGMA max_page_count = {Math.Max(1, _maxDatabaseBytes / PageBytes)}");
        }

        SqliteSchema.Migrate(database);
        return new SqliteWriteSession(database, _checkpointer);
    });

    public IReadSession OpenReader() => Open(ReaderCacheKibibytes, database =>
    {
        database.Execute("PRAGMA query_only = ON");
        return new SqliteReadSession(database);
    });

    public IDisposable? Listen(Action<DomainNumbers> onCommitted) => null;

    /// <summary>The sessions are closed by their users; the last one folds the log into the database.</summary>
    public void Dispose() => _checkpointer.Dispose();

    private TSession Open<TSession>(int cacheKibibytes, Func<SqliteDatabase, TSession> initialize)
    {
        var database = new SqliteDatabase(_path);
        try
        {
            database.Execute($"""
                PRAGMA busy_timeout = {BusyTimeoutMilliseconds};
                PRAGMA cache_size = -{cacheKibibytes};
                PRAGMA temp_store = MEMORY;
                """);
            return initialize(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
