using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Storage.Dialects;
using Sluice.Storage.Postgres;
using Sluice.Storage.Sqlite;

namespace Sluice.Storage;

/// <summary>Where the data is.</summary>
public sealed partial class SluiceStore
{
    /// <summary>
    /// Opens the store on SQLite: takes the lock of the data folder and brings the schema up to date.
    /// </summary>
    /// <exception cref="StoreException">The folder or the database cannot be used; says why and names it.</exception>
    public static SluiceStore Open(
        StoreOptions options, TimeProvider? timeProvider = null, ILoggerFactory? loggers = null) =>
        Open(options, timeProvider, loggers, dialect => dialect);

    /// <summary>
    /// Opens the store on PostgreSQL: takes the lock of the database, for itself or with others, and brings the schema up
    /// to date. Alone, it takes the lock of the data folder as well, where the options have one.
    /// </summary>
    /// <exception cref="StoreException">The database cannot be used; says why and names it.</exception>
    public static SluiceStore OpenPostgres(
        StoreOptions options, PostgresOptions postgres, TimeProvider? timeProvider = null,
        ILoggerFactory? loggers = null) =>
        OpenPostgres(options, postgres, timeProvider, loggers, dialect => dialect);

    /// <summary>
    /// As <see cref="Open(StoreOptions, TimeProvider?, ILoggerFactory?)"/>, for tests that make a dialect fail.
    /// </summary>
    internal static SluiceStore Open(
        StoreOptions options, TimeProvider? timeProvider, ILoggerFactory? loggers,
        Func<IStoreDialect, IStoreDialect> wrap)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directory = Path.GetFullPath(options.DataDirectory);
        loggers ??= NullLoggerFactory.Instance;
        var folder = DataFolderLock.Acquire(directory);
        return Open(options, timeProvider, loggers, folder, () => wrap(
            new SqliteDialect(directory, options.MaxDatabaseBytes, loggers.CreateLogger<SqliteDialect>())));
    }

    /// <summary>For tests that make a dialect fail.</summary>
    internal static SluiceStore OpenPostgres(
        StoreOptions options, PostgresOptions postgres, TimeProvider? timeProvider, ILoggerFactory? loggers,
        Func<IStoreDialect, IStoreDialect> wrap)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(postgres);
        loggers ??= NullLoggerFactory.Instance;
        // What jobs run from a folder belongs to one server too, whatever its database.
        var folder = postgres.IsShared || options.DataDirectory.Length == 0
            ? null
            : DataFolderLock.Acquire(Path.GetFullPath(options.DataDirectory));
        return Open(options, timeProvider, loggers, folder, () => wrap(
            new PostgresDialect(postgres, loggers.CreateLogger<PostgresDialect>())));
    }

    private static SluiceStore Open(
        StoreOptions options, TimeProvider? timeProvider, ILoggerFactory loggers, DataFolderLock? folder,
        Func<IStoreDialect> newDialect)
    {
        IStoreDialect? dialect = null;
        IWriteSession? session = null;
        try
        {
            options.Json!.MakeReadOnly();
            dialect = newDialect();
            session = dialect.OpenWriter();
            return new(options, timeProvider ?? TimeProvider.System, loggers, dialect, session, folder);
        }
        catch
        {
            session?.Dispose();
            dialect?.Dispose();
            folder?.Dispose();
            throw;
        }
    }
}
