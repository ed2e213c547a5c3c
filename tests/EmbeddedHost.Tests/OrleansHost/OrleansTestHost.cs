using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Sluice.EmbeddedHost.Tests.Promises;

namespace Sluice.EmbeddedHost.Tests.OrleansHost;

/// <summary>One silo of Orleans in this process. The clock of grain timers is the test's, all others are real.</summary>
public sealed class OrleansTestHost : IGrainTestHost, IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster;

    public OrleansTestHost()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) => AddServices(host.Services));
        _cluster = builder.Build();
    }

    public IGrainFactory Grains => _cluster.Client;

    public Probe Probe { get; } = new();

    public Records Records { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public Task InitializeAsync() => _cluster.DeployAsync();

    // How long an activation was idle is real time here, whatever the clock.
    public Task EndIdleAsync() =>
        Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(Probe);
        services.AddKeyedSingleton<IGrainStorage>("records", Records);
        services.AddSingleton<TimeProvider>(Time);
        services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
    }
}
