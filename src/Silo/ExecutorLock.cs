using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Client;
using Sluice.Executors;

namespace Sluice.Silo;

/// <summary>
/// Keeps a second silo of the cluster from running jobs on its machine too: each would report its nodes as all that
/// there are. A lock of the database, which lives and dies with a connection of its own. That is watched: where it may
/// be lost the local executor stops, and goes on once the lock is held again.
/// </summary>
internal sealed partial class ExecutorLock(
    ClusterDatabase database, TimeProvider time, ILogger<ExecutorLock> logger) : BackgroundService, IExecutorPermit
{
    /// <summary>A number that no other lock of this database has: "sluice x" in bytes.</summary>
    private const long LockKey = 0x736c_7569_6365_2078;

    /// <summary>Between two looks at the connection, and between two attempts to take the lock.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a look may take.</summary>
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Who has taken the lock waits that long before it is used: so long one that has lost it may not know yet.
    /// </summary>
    private static readonly TimeSpan TakeOverPause = 2 * PingInterval + PingTimeout;

    /// <summary>
    /// How long a silo that starts waits for the lock. The server keeps the one of a silo whose machine is gone for
    /// about ten seconds.
    /// </summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);

    private readonly Lock _sync = new();
    private TaskCompletionSource<CancellationToken> _permit = NewPermit();
    private CancellationTokenSource _lost = new();
    private NpgsqlConnection? _connection;
    private (int ProcessId, DateTime StartedAt)? _backend;

    /// <inheritdoc/>
    public Task<CancellationToken> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return _permit.Task.WaitAsync(cancellationToken);
        }
    }

    /// <exception cref="ValidationException">Another silo has the lock, and keeps it.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!await TryTakeAsync(cancellationToken))
        {
            if (time.GetElapsedTime(started) > StartTimeout)
            {
                throw new ValidationException(
                    "another silo of this cluster runs jobs on its machine, and only one may "
                    + $"({SiloOptions.Section}:{nameof(SiloOptions.HasLocalExecutor)})");
            }

            await Task.Delay(PingInterval, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Revoke();
        await CloseAsync();
    }

    public override void Dispose()
    {
        _lost.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_connection is not null || await TryTakeAsync(stoppingToken))
                {
                    await HoldAsync(stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogLost(logger, failure);
            }
            catch
            {
                // The silo stops.
                return;
            }

            Revoke();
            await CloseAsync();
            await Task.Delay(PingInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TaskCompletionSource<CancellationToken> NewPermit() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>False: another silo has it.</returns>
    private async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        _connection = await database.OpenAloneAsync(cancellationToken);
        await EndLastAsync(_connection, cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_try_advisory_lock(@Key), backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
            """,
            _connection)
        {
            Parameters = { new("Key", LockKey) },
        };
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            if (reader.GetBoolean(0))
            {
                _backend = (_connection.ProcessID, reader.GetDateTime(1));
                return true;
            }
        }

        await CloseAsync();
        return false;
    }

    /// <summary>A connection that was given up may still be there on the server, and hold the lock.</summary>
    private async Task EndLastAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_backend is not var (processId, startedAt))
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
            WHERE pid = @Pid AND backend_start = @StartedAt AND pid <> pg_backend_pid()
            """,
            connection)
        {
            Parameters = { new("Pid", processId), new("StartedAt", startedAt) },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        _backend = null;
    }

    /// <summary>Lets the executor go on after the pause, and returns only by the exception that ends it.</summary>
    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        var taken = time.GetTimestamp();
        var isGiven = false;
        while (true)
        {
            await PingAsync(cancellationToken);
            if (!isGiven && time.GetElapsedTime(taken) >= TakeOverPause)
            {
                isGiven = true;
                Give();
            }

            // Hears at once of an end that the server tells of.
            await _connection!.WaitAsync(PingInterval, cancellationToken);
        }
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(PingTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", _connection);
        // Whatever the connection still waits for, the executor does not.
        await command.ExecuteNonQueryAsync(either.Token).WaitAsync(either.Token);
    }

    private void Give()
    {
        LogHeld(logger);
        lock (_sync)
        {
            _permit.TrySetResult(_lost.Token);
        }
    }

    private void Revoke()
    {
        CancellationTokenSource lost;
        lock (_sync)
        {
            if (!_permit.Task.IsCompleted)
            {
                return;
            }

            lost = _lost;
            (_permit, _lost) = (NewPermit(), new());
        }

        // Not disposed: loops may still have its token.
        lost.Cancel();
    }

    private async Task CloseAsync()
    {
        if (_connection is not { } connection)
        {
            return;
        }

        _connection = null;
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            // It is broken, and ends by itself.
        }
    }

    [LoggerMessage(8012, LogLevel.Information, "This silo runs jobs on its machine")]
    private static partial void LogHeld(ILogger logger);

    [LoggerMessage(8013, LogLevel.Warning,
        "The lock for running jobs on this silo's machine may be lost; they go on, and nothing is done about them until "
        + "it is held again")]
    private static partial void LogLost(ILogger logger, Exception exception);
}
