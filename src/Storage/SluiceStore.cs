using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Grains.Ports;
using Sluice.Storage.Changes;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;
using Sluice.Storage.Reads;
using Sluice.Storage.Sqlite;

namespace Sluice.Storage;

/// <summary>
/// The durable state of all grains in one database: a write is answered after its commit, and many writers share one.
/// </summary>
public sealed partial class SluiceStore
    : IGrainStorage, IJobRows, IRowCollections, IDueRows, IEventRows, IDisposable, IAsyncDisposable
{
    private const int MaxKeyBytes = 2_048;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly StoreOptions _options;
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _timeProvider;
    private readonly IStoreDialect _dialect;
    private readonly DataFolderLock _folder;
    private readonly ETagSource _etags = new();
    private readonly ChangeFeed _feed;
    private readonly EventFeed _events;
    private readonly WriteQueue _queue;
    private readonly ReadPool _reads;
    private readonly StoreInstruments _instruments;
    private readonly Committer _committer;
    private readonly ILogger _logger;
    private int _isDisposed;

    private SluiceStore(
        StoreOptions options, TimeProvider timeProvider, ILoggerFactory loggers, IStoreDialect dialect,
        IWriteSession session, DataFolderLock folder)
    {
        _options = options;
        _json = options.Json!;
        _timeProvider = timeProvider;
        _dialect = dialect;
        _folder = folder;
        _logger = loggers.CreateLogger<SluiceStore>();
        _feed = new(options.MaxRecentRows, options.MaxRecentBytes);
        _queue = new(options.MaxQueuedWrites, options.MaxBatchWrites, options.MaxBatchBytes);
        _reads = new(dialect, options.MaxConcurrentReads);
        var domains = session.ReadDomains();
        _feed.Reset(domains);
        _events = new(domains);
        _instruments = new(() => _queue.Count);
        _committer = new(
            dialect, session, _queue, _feed, new(options.MarkerLifetimeChanges, options.MaxPurgedMarkers), _events,
            new(options.MaxEvents, options.MaxPurgedMarkers), _instruments, timeProvider,
            loggers.CreateLogger<Committer>());
        _committer.Start();
        LogOpened(_logger, dialect.Description);
    }

    /// <summary>
    /// Opens the store on SQLite: takes the lock of the data folder and brings the schema up to date.
    /// </summary>
    /// <exception cref="StoreException">The folder or the database cannot be used; says why and names it.</exception>
    public static SluiceStore Open(
        StoreOptions options, TimeProvider? timeProvider = null, ILoggerFactory? loggers = null) =>
        Open(options, timeProvider, loggers, dialect => dialect);

    /// <summary>
    /// As <see cref="Open(StoreOptions, TimeProvider?, ILoggerFactory?)"/>, for tests that make a dialect fail.
    /// </summary>
    internal static SluiceStore Open(
        StoreOptions options, TimeProvider? timeProvider, ILoggerFactory? loggers,
        Func<IStoreDialect, IStoreDialect> wrap)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Json!.MakeReadOnly();
        var directory = Path.GetFullPath(options.DataDirectory);
        var folder = DataFolderLock.Acquire(directory);
        IWriteSession? session = null;
        try
        {
            loggers ??= NullLoggerFactory.Instance;
            var sqlite = new SqliteDialect(directory, options.MaxDatabaseBytes, loggers.CreateLogger<SqliteDialect>());
            var dialect = wrap(sqlite);
            session = dialect.OpenWriter();
            return new(options, timeProvider ?? TimeProvider.System, loggers, dialect, session, folder);
        }
        catch
        {
            session?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Commits what is queued, then closes. Later writes are refused.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        // The readers first: the last connection folds the log into the database.
        _reads.Dispose();
        _committer.Dispose();
        _dialect.Dispose();
        _instruments.Dispose();
        _folder.Dispose();
        LogClosed(_logger, _dialect.Description);
    }

    public async ValueTask DisposeAsync() => await Task.Run(Dispose).ConfigureAwait(false);

    private static void CheckKey(string key, string parameterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(key, parameterName);
        try
        {
            // Text that UTF-8 cannot hold would become the text of another key.
            if (StrictUtf8.GetByteCount(key) <= MaxKeyBytes && !key.Contains('\0', StringComparison.Ordinal))
            {
                return;
            }
        }
        catch (EncoderFallbackException)
        {
            // Refused below, as the others.
        }

        throw new ArgumentException(
            $"a key is UTF-8 of at most {MaxKeyBytes} bytes without NUL characters", parameterName);
    }

    private void CheckBody(string key, int bytes)
    {
        if (bytes > _options.MaxBodyBytes)
        {
            throw new StoreException(
                StoreFailure.TooLarge,
                $"'{key}' would be {bytes} bytes; {nameof(StoreOptions.MaxBodyBytes)} is {_options.MaxBodyBytes}");
        }
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T));
}
