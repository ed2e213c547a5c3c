using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Capacity;

/// <summary>
/// Takes decisions from the ledger to the jobs, at least once, in parallel, outside of any grain's turn: so the
/// capacity grain never calls a job, and no cycle can lock up. A job confirms by committing the generation in its row.
/// </summary>
public sealed partial class AllocationCourier(
    IGrainFactory grains,
    DecisionSignal signal,
    CapacityInstruments instruments,
    IOptions<CapacityOptions> options,
    TimeProvider time,
    ILogger<AllocationCourier> logger) : BackgroundService
{
    private const int MaxParallel = 16;

    /// <summary>Delivers until it is told to stop, on the caller's scheduler.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DeliverAsync(GrainKeys.DefaultDomain, stoppingToken);
                await signal.WaitAsync(options.Value.TickInterval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogPassFailed(logger, failure);
                await Task.Delay(options.Value.TickInterval, time, stoppingToken).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    private async Task DeliverAsync(string domain, CancellationToken cancellationToken)
    {
        var capacity = grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(domain));
        for (long last = 0; ;)
        {
            var page = await capacity.ReadUndeliveredAsync(last, options.Value.MaxDeliveriesPerPage);
            await DeliverAsync(page, cancellationToken);
            if (page.Length < options.Value.MaxDeliveriesPerPage)
            {
                return;
            }

            // What could not be delivered is behind: it keeps nobody waiting, and comes again at the next pass.
            last = page[^1].Allocation.Generation;
        }
    }

    private Task DeliverAsync(ImmutableArray<UndeliveredAllocation> page, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            page,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = MaxParallel,
                CancellationToken = cancellationToken,
                TaskScheduler = TaskScheduler.Current,
            },
            async (decision, _) =>
            {
                try
                {
                    await grains.GetGrain<IJobGrain>(decision.JobKey).ApplyAllocationAsync(decision.Allocation);
                    instruments.Delivered(isAccepted: true);
                }
                catch (Exception failure)
                {
                    // It stays undelivered.
                    instruments.Delivered(isAccepted: false);
                    LogDeliveryFailed(logger, failure, decision.JobKey, decision.Allocation.Generation);
                }
            });
}
