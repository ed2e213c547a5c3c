using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>
/// A database of a PostgreSQL server. Its connections are the store's own: they are kept, and opened again after a loss.
/// </summary>
internal sealed partial class PostgresDialect : IStoreDialect
{
    // Prepared on the second use; a store has some forty statements.
    private const int MaxPrepared = 64;

    // The first that ends another process's connection and waits until it is ended.
    private const int MinServerVersion = 14;

    // How much longer the client waits than the server, which knows better what it does.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    // A process that was just killed may leave its lock for a moment, until the server reads the end of its connection.
    private static readonly TimeSpan TakeOverTimeout = TimeSpan.FromSeconds(3);

    // Without them an acknowledged write is lost with the machine.
    private static readonly string[] _neededSettings = ["fsync", "full_page_writes"];

    private readonly PostgresOptions _options;
    private readonly PostgresAddress _address;
    private readonly ILogger _logger;
    private readonly NpgsqlDataSource _writers;
    private readonly NpgsqlDataSource _readers;
    private long? _epoch;
    private (int ProcessId, DateTime StartedAt)? _lastWriter;
    private bool _hasWarned;

    /// <exception cref="StoreException">The address or the password file cannot be used.</exception>
    public PostgresDialect(PostgresOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        try
        {
            _address = PostgresAddress.Parse(options.Url);
        }
        catch (FormatException exception)
        {
            throw new StoreException(StoreFailure.Refused, $"the database's address: {exception.Message}", exception);
        }

        var password = ReadPassword(options.PasswordFile);
        _writers = BuildSource("sluice-writer", password, options.WriteTimeout);
        _readers = BuildSource("sluice-readers", password, options.ReadTimeout);
    }

    public string Description => _address.Description;

    public bool IsShared => _options.IsShared;

    public TimeSpan? PingInterval => TimeSpan.FromSeconds(1);

    public IWriteSession OpenWriter() => Open(_writers, connection =>
    {
        CheckServer(connection);
        EndLastWriter(connection);
        TakeLock(connection);
        PostgresSchema.Migrate(connection, Description);
        CheckEpoch(connection);
        // Processes that start together wait for each other longer than commits do, however slow the disk is.
        Execute(connection, $"SET lock_timeout = {Milliseconds(_options.LockTimeout)}");
        _lastWriter = ReadBackend(connection);
        return new PostgresWriteSession(connection, this);
    });

    public IReadSession OpenReader() =>
        Open(_readers, connection => new PostgresReadSession(connection, this));

    /// <summary>A connection for what is neither a session of the committer nor of a read.</summary>
    public NpgsqlConnection Connect() => Open(_readers, connection => connection);

    public IDisposable? Listen(Action<DomainNumbers> onCommitted) =>
        IsShared ? new PostgresHints(_readers, onCommitted, _logger, Description) : null;

    public void Dispose()
    {
        _writers.Dispose();
        _readers.Dispose();
    }

    /// <summary>Runs what talks to the server, and says what went wrong in the store's words.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public T Explain<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception) when (PostgresErrors.IsExplained(exception))
        {
            throw PostgresErrors.ToException(exception, Description);
        }
    }

    private static string? ReadPassword(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            return File.ReadLines(path).FirstOrDefault() is { Length: > 0 } password
                ? password
                : throw new StoreException(StoreFailure.Refused, $"the password file {path} is empty");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreFailure.Refused, $"the password file {path} cannot be read: {exception.Message}", exception);
        }
    }

    private static string Show(NpgsqlConnection connection, string setting)
    {
        using var command = new NpgsqlCommand($"SHOW {setting}", connection);
        return (string)command.ExecuteScalar()!;
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static string Milliseconds(TimeSpan span) =>
        ((long)span.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    /// <param name="name">In metrics, where the whole address would stand else.</param>
    /// <param name="password">Null: the environment has it, or none is needed.</param>
    /// <param name="statementTimeout">How long the server works on one.</param>
    private NpgsqlDataSource BuildSource(string name, string? password, TimeSpan statementTimeout)
    {
        var settings = _address.ToSettings();
        settings.ApplicationName = "sluice";
        settings.Pooling = false;
        settings.Timeout = (int)Math.Ceiling(_options.ConnectTimeout.TotalSeconds);
        settings.CommandTimeout = (int)Math.Ceiling((statementTimeout + Slack).TotalSeconds);
        settings.CancellationTimeout = (int)Slack.TotalMilliseconds;
        settings.MaxAutoPrepare = MaxPrepared;
        settings.AutoPrepareMinUsages = 2;
        settings.SearchPath = PostgresSchema.Name;
        settings.Options = ServerSettings(statementTimeout);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name };
        if (password is not null)
        {
            builder.ConnectionStringBuilder.Password = password;
        }

        // What is stored has the server's own types; to ask for all others is most of the time that a connection takes.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    /// <summary>
    /// All statements go by an index, and their plans are made once: tables grow by the thousandfold before the server
    /// has counted them. The last three let the server find out that this machine is gone.
    /// </summary>
    private string ServerSettings(TimeSpan statementTimeout) => $"""
        -c lock_timeout={Milliseconds(_options.LockTimeout)}
        -c idle_in_transaction_session_timeout={Milliseconds(_options.LockTimeout)}
        -c statement_timeout={Milliseconds(statementTimeout)}
        -c default_transaction_isolation=read\ committed
        -c plan_cache_mode=force_generic_plan
        -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off
        -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3
        """.ReplaceLineEndings(" ");

    private TSession Open<TSession>(NpgsqlDataSource source, Func<NpgsqlConnection, TSession> initialize) =>
        Explain(() =>
        {
            var connection = source.CreateConnection();
            try
            {
                connection.Open();
                return initialize(connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        });
}
