using Npgsql;

namespace Sluice.Storage.Postgres;

/// <summary>What a server must be, and who may write to its database.</summary>
internal sealed partial class PostgresDialect
{
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
                SET lock_timeout = {Milliseconds(_options.WriteTimeout)};
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
