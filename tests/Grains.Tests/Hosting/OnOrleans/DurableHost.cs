using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;
using Sluice.Grains.Ports;
using Sluice.Storage;
using Sluice.Testing;

namespace Sluice.Grains.Tests.Hosting;

/// <summary>
/// The real grains on three silos of Orleans in this process, at one SQLite store in a folder of their own. Jobs are
/// spread over the silos as they are on a real cluster, so that most calls go from one to another.
/// </summary>
/// <param name="configure">Adds to the services of each silo; null: nothing.</param>
internal sealed class DurableHost(Action<IServiceCollection>? configure = null) : IAsyncDisposable
{
    private const int Silos = 3;

    private readonly TemporaryFolder _folder = new();
    private InProcessTestCluster _cluster = null!;
    private SluiceStore _store = null!;

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public IGrainFactory Grains => _cluster.Client;

    public async Task StartAsync()
    {
        _store = SluiceStore.Open(
            new()
            {
                DataDirectory = _folder.Path,
                Json = new(GrainsJsonContext.Default.Options) { TypeInfoResolver = GrainsJsonContext.Default },
            },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        var builder = new InProcessTestClusterBuilder(initialSilosCount: Silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) => AddServices(host.Services));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    /// <summary>Everything in memory is gone; what was committed is not.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private void AddServices(IServiceCollection services)
    {
        services.AddKeyedSingleton<IGrainStorage>(StorageNames.Jobs, _store);
        services.AddSingleton<IJobRows>(_store);
        services.AddSingleton<IRowCollections>(_store);
        services.AddSingleton<IEventRows>(_store);
        services.AddSingleton<IDueRows>(_store);
        services.AddSingleton<PlacementStrategy, RandomPlacement>();
        services.AddSluiceGrains();
        configure?.Invoke(services);
    }

    private async Task StopAsync()
    {
        await _cluster.DisposeAsync();
        await _store.DisposeAsync();
    }
}
