using Microsoft.Extensions.Hosting;

namespace Sluice.EmbeddedHost;

/// <summary>Ties the grains to the life of the process.</summary>
internal sealed class GrainHostService(GrainHost host) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        host.Prepare();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => host.StopAsync(cancellationToken);
}
