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
        var delay = options.RetryDelay * Math.Pow(DelayGrowth, retry - 1);
        return (delay < options.RetryWindow ? delay : options.RetryWindow) * (0.5 + JitterOf());
    }

    private static double JitterOf() => Random.Shared.NextDouble();
}
