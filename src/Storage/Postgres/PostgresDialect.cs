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
        _writers = BuildSource(password, options.WriteTimeout);
        _readers = BuildSource(password, options.ReadTimeout);
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

    private NpgsqlDataSource BuildSource(string? password, TimeSpan statementTimeout)
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
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (password is not null)
        {
            builder.ConnectionStringBuilder.Password = password;
        }

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

    /// <summary>What is acknowledged must be durable, and every text must fit.</summary>
    private void CheckServer(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < MinServerVersion)
        {
            throw new StoreException(
                StoreFailure.Refused,
                $"the server of {Description} is PostgreSQL {connection.PostgreSqlVersion}; it must be "
                + $"{MinServerVersion} or newer");
        }

        if (Show(connection, "server_encoding") is var encoding and not "UTF8")
        {
            throw new StoreException(
                StoreFailure.Refused, $"{Description} has the encoding {encoding}; it must be made with UTF8");
        }

        // Nobody may have made it weaker for this user or database; what is stronger stays.
        if (Show(connection, "synchronous_commit") is "off" or "local")
        {
            Execute(connection, "SET synchronous_commit = on");
        }

        var unsafeSettings = string.Join(
            " and ", _neededSettings.Where(name => Show(connection, name) == "off"));
        if (unsafeSettings.Length == 0)
        {
            return;
        }

        if (!_options.AllowsUnsafeServer)
        {
            throw new StoreException(
                StoreFailure.Refused,
                $"the server of {Description} runs with {unsafeSettings} off: it may lose what it has acknowledged when "
                + "its machine stops; turn it on");
        }

        if (!_hasWarned)
        {
            _hasWarned = true;
            LogUnsafeServer(_logger, Description, unsafeSettings);
        }
    }

    /// <summary>
    /// The lock lives and dies with the connection that commits: no commit can come from a process that has lost it.
    /// </summary>
    private void TakeLock(NpgsqlConnection connection)
    {
        var function = IsShared ? "pg_advisory_lock_shared" : "pg_advisory_lock";
        try
        {
            Execute(connection, $"""
                SET lock_timeout = {Milliseconds(TakeOverTimeout)};
                SELECT {function}({PostgresLock.Space}, {PostgresLock.Owner});
                SET lock_timeout = {Milliseconds(_options.LockTimeout)};
                """);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            if (_epoch is not null)
            {
                CheckEpoch(connection);
            }

            throw new StoreException(
                StoreFailure.Locked,
                $"another Sluice{ReadHolder(connection)} has the database {Description}"
                + (IsShared ? " for itself; stop it first" : "; stop it, or choose another database"),
                exception);
        }
    }

    /// <summary>
    /// A connection that this process has given up may still be at work on the server, and hold the lock.
    /// </summary>
    private void EndLastWriter(NpgsqlConnection connection)
    {
        if (_lastWriter is not var (processId, startedAt))
        {
            return;
        }

        using var command = new NpgsqlCommand(
            """
            SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
            WHERE pid = $1 AND backend_start = $2 AND pid <> pg_backend_pid()
            """,
            connection)
        {
            Parameters = { new() { Value = processId }, new() { Value = startedAt } },
        };
        command.ExecuteNonQuery();
    }

    private static (int ProcessId, DateTime StartedAt) ReadBackend(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()", connection);
        return (connection.ProcessID, (DateTime)command.ExecuteScalar()!);
    }

    private static string ReadHolder(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            $"""
            SELECT a.client_addr::text, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.classid = {PostgresLock.Space} AND l.objid = {PostgresLock.Owner}
                AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            LIMIT 1
            """,
            connection);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? $" (from {(reader.IsDBNull(0) ? "this machine" : reader.GetString(0))}, server process {reader.GetInt32(1)})"
            : "";
    }

    /// <summary>
    /// Each store counts it on when it is opened. Who had the database alone, lost it, and finds the count moved has been
    /// replaced: what is in the memory of its process is not what is stored.
    /// </summary>
    private void CheckEpoch(NpgsqlConnection connection)
    {
        if (_epoch is null)
        {
            using var next = new NpgsqlCommand(
                "UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value", connection);
            _epoch = (long)next.ExecuteScalar()!;
            return;
        }

        using var command = new NpgsqlCommand("SELECT value FROM meta WHERE name = 'epoch'", connection);
        if (!IsShared && (long)command.ExecuteScalar()! != _epoch)
        {
            throw new StoreException(
                StoreFailure.Replaced,
                $"another Sluice has had the database {Description} since this process lost it; start this one again");
        }
    }
}
