using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Silo;

/// <summary>
/// Calls the capacity grain at the start of this silo and after each change of the membership, so that it is active
/// somewhere again as soon as the silo that had it is known to be gone, whoever needs it or nobody.
/// </summary>
internal sealed partial class CapacityWake(
    IClusterMembershipService membership, IGrainFactory grains, ILogger<CapacityWake> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                await WakeAsync(snapshot.Version);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>Where it fails, the next change or the courier's next look wakes the grain.</summary>
    private async Task WakeAsync(MembershipVersion version)
    {
        try
        {
            await grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.DefaultDomain)).WakeAsync();
        }
        catch (Exception failure)
        {
            LogNotWoken(logger, failure, version.Value);
        }
    }

    [LoggerMessage(8011, LogLevel.Warning, "The capacity grain could not be woken after membership {Version}")]
    private static partial void LogNotWoken(ILogger logger, Exception exception, long version);
}
