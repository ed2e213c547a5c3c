using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost;
using Sluice.Grains.Jobs;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>The embedded host, with all grains.</summary>
internal sealed class ListHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ListHost(ServiceProvider services) => _services = services;

    public IServiceProvider Services => _services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public static Task<ListHost> StartAsync(Action<IServiceCollection> addServices)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddEmbeddedGrainHost(host => host.AddGrainsFrom(typeof(JobGrain).Assembly));
        addServices(services);
        return Task.FromResult(new ListHost(services.BuildServiceProvider()));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
