using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Sluice.Client;
using Sluice.Grains.Ports;

namespace Sluice.Silo.Membership;

/// <summary>
/// The read lease of this silo: granted by the database for a short time, and asked for again long before that is over.
/// The database declares no silo dead whose lease has not run out, so nobody takes its grains over before. This silo
/// counts from the moment it asked, on a clock that no setting moves, and so gives up its lease before the database
/// does. A silo that hung finds its lease over when it goes on, whatever else it knows. That of silos that live only one
/// has a grain is for the directory to keep; as a net under it, a change of the membership that this silo learns of ends
/// its lease at once, and the next one is used only when there was none for a while.
/// </summary>
internal sealed partial class ReadLeases(
    ClusterDatabase database,
    IClusterMembershipService membership,
    ILocalSiloDetails silo,
    IOptions<ClusterOptions> cluster,
    IOptions<MembershipOptions> options,
    TimeProvider time,
    ILogger<ReadLeases> logger) : IReadLease, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Attempts in the time of a lease; one may fail without its end.</summary>
    private const int AttemptsALease = 3;

    /// <summary>What clocks may go wrong against each other in the time of a lease.</summary>
    private const double ClockMargin = 0.05;

    private readonly CancellationTokenSource _stopping = new();
    private Task _renewing = Task.CompletedTask;
    private volatile Lease? _lease;
    private (long Version, long Since)? _seen;

    public bool IsHeld => _lease is { } lease
        && time.GetTimestamp() < lease.Until && membership.CurrentSnapshot.Version.Value == lease.Version;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(nameof(ReadLeases), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _renewing = Task.Run(() => RenewUntilStoppedAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>From now on its grains leave it one by one, and the others need not wait for its end.</summary>
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _renewing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lease = null;
        try
        {
            await using var command = Command(MembershipQueries.DropLease);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            LogNotDropped(logger, failure);
        }
    }

    private async Task RenewUntilStoppedAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // A silo that learns of a new version at this moment asks again at once.
                for (var attempt = 0; attempt < AttemptsALease && !await RenewAsync(cancellationToken); attempt++)
                {
                }
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                LogNotRenewed(logger, failure);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(options.Value.ReadLease / AttemptsALease, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>False: the membership was newer than this silo knew, and the lease must be asked for again.</returns>
    private async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        var seen = membership.CurrentSnapshot.Version;
        var asked = time.GetTimestamp();
        await using var command = Command(MembershipQueries.RenewLease);
        command.Parameters.Add(new("Length", NpgsqlDbType.Interval) { Value = options.Value.ReadLease });
        command.Parameters.Add(new("VoteLifetime", NpgsqlDbType.Interval) { Value = options.Value.VoteLifetime });
        if (await command.ExecuteScalarAsync(cancellationToken) is not int version)
        {
            LogRefused(logger);
            return true;
        }

        if (version > seen.Value)
        {
            // Of grains that moved in it, this silo does not know yet.
            await membership.Refresh(new(version), cancellationToken);
            return false;
        }

        if (_seen?.Version != version)
        {
            _seen = (version, asked);
        }

        if (time.GetElapsedTime(_seen.Value.Since, asked) >= options.Value.SettleTime)
        {
            var length = options.Value.ReadLease * (1 - ClockMargin);
            _lease = new(asked + (long)(length.TotalSeconds * time.TimestampFrequency), version);
        }

        return true;
    }

    private NpgsqlCommand Command(string text)
    {
        var command = database.Source.CreateCommand(text);
        var address = silo.SiloAddress;
        command.Parameters.Add(new("DeploymentId", cluster.Value.ClusterId));
        command.Parameters.Add(new("Address", address.Endpoint.Address.ToString()));
        command.Parameters.Add(new("Port", address.Endpoint.Port));
        command.Parameters.Add(new("Generation", address.Generation));
        return command;
    }

    /// <summary>What may be used.</summary>
    /// <param name="Until">A timestamp.</param>
    /// <param name="Version">Of the membership that it was granted in.</param>
    private sealed record Lease(long Until, long Version);
}
