using Microsoft.Extensions.Hosting;
using Npgsql;
using Sluice.Client;

namespace Sluice.Silo.Membership;

/// <summary>
/// Makes the tables of the membership where they are missing and brings the statements up to date, before the silo
/// starts. Of silos that start together one does it at a time. The schema that they are in is the store's, which is
/// opened before.
/// </summary>
internal sealed class MembershipSchema(ClusterDatabase database) : IHostedService
{
    /// <summary>A number that no other lock of this database has: "sluice m" in bytes.</summary>
    private const long LockKey = 0x736c_7569_6365_206d;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        // Held to the end of the transaction.
        batch.BatchCommands.Add(new("SELECT pg_advisory_xact_lock(@Key)") { Parameters = { new("Key", LockKey) } });
        foreach (var table in MembershipQueries.Tables)
        {
            batch.BatchCommands.Add(new(table));
        }

        foreach (var (key, text) in MembershipQueries.ByKey)
        {
            batch.BatchCommands.Add(new(MembershipQueries.SetQuery)
            {
                Parameters = { new("Key", key), new("Text", text) },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
