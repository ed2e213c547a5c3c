using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Ports;
using Sluice.Storage.Changes;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;
using Sluice.Storage.Reads;

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
    private readonly IDisposable? _folder;
    private readonly ETagSource _etags = new();
    private readonly ChangeFeed _feed;
    private readonly EventFeed _events;
    private readonly WriteQueue _queue;
    private readonly ReadPool _reads;
    private readonly SharedReads<StoredRecord> _jobReads;
    private readonly ReadPool? _newestReads;
    private readonly SharedReads<long>? _newest;
    private readonly IDisposable? _hints;
    private readonly StoreInstruments _instruments;
    private readonly Committer _committer;
    private readonly ILogger _logger;
    private int _isDisposed;

    private SluiceStore(
        StoreOptions options, TimeProvider timeProvider, ILoggerFactory loggers, IStoreDialect dialect,
        IWriteSession session, IDisposable? folder)
    {
        _options = options;
        _json = options.Json!;
        _timeProvider = timeProvider;
        _dialect = dialect;
        _folder = folder;
        _logger = loggers.CreateLogger<SluiceStore>();
        _feed = new(options.MaxRecentRows, options.MaxRecentBytes, dialect.IsShared);
        _queue = new(options.MaxQueuedWrites, options.MaxBatchWrites, options.MaxBatchBytes);
        _reads = new(dialect, options.MaxConcurrentReads);
        _jobReads = new(_reads, static (session, keys) => session.ReadJobs(keys));
        var domains = session.ReadDomains();
        _feed.Reset(domains);
        _events = new(domains);
        if (dialect.IsShared)
        {
            // A place of its own: lists must not wait for those who read a whole domain.
            _newestReads = new(dialect, maxConcurrentReads: 1);
            _newest = new(_newestReads, ReadNewest);
        }

        _instruments = new(() => _queue.Count);
        _committer = new(
            dialect, session, _queue, _feed, new(options.MarkerLifetimeChanges, options.MaxPurgedMarkers), _events,
            new(options.MaxEvents, options.MaxPurgedMarkers), _instruments, timeProvider,
            loggers.CreateLogger<Committer>());
        _hints = dialect.Listen(numbers =>
        {
            _feed.Observe(numbers.Name, numbers.NewestChange);
            _events.Observe(numbers.Name, numbers.NewestEvent);
        });
        _committer.Start();
        LogOpened(_logger, dialect.Description);
    }

    /// <summary>
    /// Completes where another process has taken the database over, or a newer version has changed its tables: this
    /// one can only be started again, or be replaced.
    /// </summary>
    public Task Replaced => _committer.Replaced;

    /// <summary>Commits what is queued, then closes. Later writes are refused.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        // The readers first: the last connection folds the log into the database.
        _hints?.Dispose();
        _newestReads?.Dispose();
        _reads.Dispose();
        _committer.Dispose();
        _dialect.Dispose();
        _instruments.Dispose();
        _folder?.Dispose();
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

    private Dictionary<string, long> ReadNewest(IReadSession session, IReadOnlyCollection<string> domains)
    {
        var numbers = session.ReadNewest(domains);
        foreach (var domain in numbers)
        {
            _feed.Observe(domain.Name, domain.NewestChange);
        }

        return numbers.ToDictionary(domain => domain.Name, domain => domain.NewestChange);
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
