using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Ports;

namespace Sluice.Grains;

/// <summary>
/// Once a second, calls the grains whose wake-ups are due. A grain that is woken moves or clears its row.
/// </summary>
public sealed partial class DueRowLoop(
    IDueRows due, IGrainFactory grains, TimeProvider time, ILogger<DueRowLoop> logger) : BackgroundService
{
    private const int MaxPerPass = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Looks until it is told to stop, on the caller's scheduler.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await WaitAsync(timer, stoppingToken))
        {
            try
            {
                // Together, so that their commits share the disk, and a slow one keeps nobody waiting.
                var keys = await due.ReadDueAsync(time.GetUtcNow(), MaxPerPass, stoppingToken);
                await Task.WhenAll(keys.Select(WakeAsync));
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogReadFailed(logger, failure);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A grain that fails is tried again at the next pass.</summary>
    private async Task WakeAsync(string key)
    {
        try
        {
            await Grain(key).WakeAsync();
        }
        catch (Exception failure)
        {
            LogFailed(logger, failure, GrainKeys.ForLogs(key));
        }
    }

    private IWakeableGrain Grain(string key) => key.Split('/')[0] switch
    {
        GrainKeys.CapacityKind => grains.GetGrain<IClusterCapacityGrain>(key),
        GrainKeys.StageQueueKind => grains.GetGrain<IStageQueueGrain>(key),
        _ => throw new InvalidDataException($"a due row names '{key}', which is no grain that can be woken"),
    };
}
