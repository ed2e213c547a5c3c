using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>
/// Hears what the other processes have committed. Only a hint: what is missed is found by the next read, which comes
/// within a second.
/// </summary>
internal sealed partial class PostgresHints : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A connection that is dead without a sign is noticed after this.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource _source;
    private readonly Action<DomainNumbers> _onCommitted;
    private readonly ILogger _logger;
    private readonly string _database;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _listening;

    public PostgresHints(
        NpgsqlDataSource source, Action<DomainNumbers> onCommitted, ILogger logger, string database)
    {
        _source = source;
        _onCommitted = onCommitted;
        _logger = logger;
        _database = database;
        _listening = Task.Run(ListenAsync);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _listening.Wait();
        _stopping.Dispose();
    }

    /// <summary>Null: nothing of ours.</summary>
    internal static DomainNumbers? Parse(string hint)
    {
        var parts = hint.Split(' ', 3);
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var change)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var happened)
                ? new DomainNumbers(0, parts[2], change, NewestAdded: 0, happened)
                : null;
    }

    [LoggerMessage(5031, LogLevel.Warning,
        "What other processes commit to {Database} is not heard at the moment; it is found by reading")]
    private static partial void LogNotHeard(ILogger logger, Exception exception, string database);

    private async Task ListenAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogNotHeard(_logger, exception, _database);
                await Task.Delay(Pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        connection.Notification += (_, notification) =>
        {
            if (Parse(notification.Payload) is { } numbers)
            {
                _onCommitted(numbers);
            }
        };
        await using var listen = new NpgsqlCommand($"LISTEN {PostgresStatements.HintChannel}", connection);
        await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (!await connection.WaitAsync(MaxSilence, cancellationToken).ConfigureAwait(false))
            {
                await using var ask = new NpgsqlCommand("SELECT 1", connection);
                await ask.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
