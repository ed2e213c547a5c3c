using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Interfaces;

namespace Sluice.Gateway.Http;

/// <summary>
/// The one place where grain calls are repeated. A refusal is a value, so an exception means that the outcome is
/// unknown: the same command goes out again, with the operation id that it has, until the window closes.
/// </summary>
internal sealed partial class GrainCalls(
    IGrainFactory grains, GatewayOptions options, TimeProvider time, ILogger<GrainCalls> logger)
{
    private const int DelayGrowth = 4;

    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(0.5);

    /// <summary>Calls a grain.</summary>
    /// <exception cref="GrainUnavailableException">The last retry failed as well.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TAnswer> CallAsync<TGrain, TCommand, TAnswer>(
        string key, TCommand command, Func<TGrain, TCommand, Task<TAnswer>> call)
        where TGrain : IGrainWithStringKey
    {
        var started = time.GetTimestamp();
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await call(grains.GetGrain<TGrain>(key), command);
            }
            catch (Exception problem)
            {
                if (retry >= options.MaxRetries || time.GetElapsedTime(started) >= options.RetryWindow)
                {
                    LogCallGivenUp(logger, problem, typeof(TGrain).Name, GrainKeys.ForLogs(key), retry + 1);
                    throw new GrainUnavailableException($"no answer after {retry + 1} calls", problem);
                }

                LogCallRetried(logger, problem, typeof(TGrain).Name, GrainKeys.ForLogs(key), retry + 1);
            }

            await Task.Delay(DelayBefore(retry + 1), time);
        }
    }

    /// <summary>A half to one and a half of the delay, so that many callers do not come back at one moment.</summary>
    private TimeSpan DelayBefore(int retry)
    {
        // Bounded before it is multiplied: of many retries the power is longer than a time can be.
        var longest = MaxDelay < options.RetryWindow ? MaxDelay : options.RetryWindow;
        var delay = Math.Min(options.RetryDelay.TotalSeconds * Math.Pow(DelayGrowth, retry - 1), longest.TotalSeconds);
        return TimeSpan.FromSeconds(delay * (0.5 + JitterOf()));
    }

    private static double JitterOf() => Random.Shared.NextDouble();
}
