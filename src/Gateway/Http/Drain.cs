using Microsoft.Extensions.Hosting;

namespace Sluice.Gateway.Http;

/// <summary>
/// Holds up the end of the process while whoever sends it requests learns that it ends. Meanwhile everything is served;
/// after it the web server takes no connection more, and finishes the requests that it has.
/// </summary>
internal sealed class Drain(GatewayOptions options, TimeProvider time) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.DrainTime > TimeSpan.Zero)
        {
            await Task.Delay(options.DrainTime, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
