using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.TestingHost;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>One silo of Orleans in this process, with all grains. The clock of grains is the test's.</summary>
internal sealed class ListHost : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private ListHost(InProcessTestCluster cluster) => _cluster = cluster;

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<ListHost> StartAsync(Action<IServiceCollection> addServices)
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            addServices(host.Services);
            RemoveLoops(host.Services);
            host.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>The loops beside the grains are run by the tests themselves, where they are run at all.</summary>
    private static void RemoveLoops(IServiceCollection services)
    {
        foreach (var loop in services.Where(IsLoop).ToList()) services.Remove(loop);

        static bool IsLoop(ServiceDescriptor one) => one.ServiceType == typeof(IHostedService)
            && !one.IsKeyedService && one.ImplementationType?.Assembly == typeof(DueRowLoop).Assembly;
    }
}
