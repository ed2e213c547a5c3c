using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Sluice.Client;

namespace Sluice.Silo;

/// <summary>
/// Keeps a second silo of the cluster from running jobs on its machine too: each would report its nodes as all that
/// there are. Held by a connection of its own for as long as this silo lives; where that connection is lost, the next
/// silo that starts may take it.
/// </summary>
internal sealed class ExecutorLock(ClusterDatabase database) : IHostedService
{
    /// <summary>A number that no other lock of this database has: "sluice x" in bytes.</summary>
    private const long LockKey = 0x736c_7569_6365_2078;

    private NpgsqlConnection? _connection;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock(@Key)", _connection)
        {
            Parameters = { new("Key", LockKey) },
        };
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new ValidationException(
                "another silo of this cluster runs jobs on its machine, and only one may "
                + $"({nameof(SiloOptions.HasLocalExecutor)})");
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } connection)
        {
            await connection.DisposeAsync();
        }
    }
}
