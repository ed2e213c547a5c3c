using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Sluice.Grains.Capacity;

/// <summary>
/// Computes what forecasts answer, one at a time in this process and off the turns of grains: nobody who asks keeps
/// both cores from those who decide.
/// </summary>
public sealed class ForecastQueue(IOptions<CapacityOptions> options, TimeProvider time) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(new()
    {
        PermitLimit = 1,
        QueueLimit = options.Value.MaxQueuedForecasts,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Computes.</summary>
    /// <param name="compute">Runs on the thread pool; its token says when its time is over.</param>
    /// <returns>Null where too many wait already.</returns>
    public async Task<T?> RunAsync<T>(Func<CancellationToken, T> compute)
        where T : class
    {
        using var lease = await _limiter.AcquireAsync();
        if (!lease.IsAcquired)
        {
            return null;
        }

        return await Task.Run(() =>
        {
            // From here on: what waited for its turn has its whole time.
            using var deadline = new CancellationTokenSource(options.Value.ForecastTimeout, time);
            return compute(deadline.Token);
        });
    }

    public void Dispose() => _limiter.Dispose();
}
