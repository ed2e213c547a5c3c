using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Client;
using Sluice.Executors;
using Sluice.Grains;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Storage;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>
/// The executor's loop in a process of no silo: it reads what is desired from the shared database, and reports to the
/// grains as their client.
/// </summary>
internal sealed class ExecutorHost : IAsyncDisposable
{
    private readonly IHost _host;

    private ExecutorHost(IHost host) => _host = host;

    public static async Task<ExecutorHost> StartAsync(string database, string folder, IExecutor executor)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        builder.AddSluiceClient(client => client.Database = database);
        var services = builder.Services;
        services.AddMetrics();
        services.AddPostgresStore(
            store =>
            {
                store.DataDirectory = folder;
                store.Json = new JsonSerializerOptions(GrainsJsonContext.Default.Options)
                {
                    TypeInfoResolver = GrainsJsonContext.Default,
                };
            },
            postgres =>
            {
                (postgres.Url, postgres.IsShared) = (database, true);
                postgres.ConnectTimeout = TimeSpan.FromSeconds(30);
            });
        services.AddSingleton<IDesiredRuns, JobDesiredRuns>();
        services.AddSingleton<IRunReports, GrainRunReports>();
        services.AddSingleton<ExecutorInstruments>();
        services.AddSingleton(executor);
        services.AddHostedService<NodeReporter>();
        services.AddHostedService<ExecutorLoop>();
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
