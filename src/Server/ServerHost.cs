using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Jobs;
using Sluice.Hosting;

namespace Sluice.Server;

/// <summary>One server process, whose grains run on the embedded host.</summary>
public static class ServerHost
{
    /// <inheritdoc cref="SluiceProcess.RunAsync"/>
    public static Task<int> RunAsync(ServerOptions options, CancellationToken cancellationToken) =>
        SluiceProcess.RunAsync(
            arguments: [],
            _ => options,
            builder =>
            {
                builder.Services.AddOptions<EmbeddedHostOptions>().BindConfiguration("Host");
                builder.Services.AddEmbeddedGrainHost(host => host
                    .AddGrainsFrom(typeof(JobGrain).Assembly)
                    .ShowKeysAs(GrainKeys.ForLogs));
            },
            cancellationToken);
}
