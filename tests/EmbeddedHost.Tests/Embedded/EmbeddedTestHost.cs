using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sluice.EmbeddedHost.Tests.Promises;

namespace Sluice.EmbeddedHost.Tests.Embedded;

/// <summary>The embedded host with the grains of this assembly, or with those that a test chooses.</summary>
public sealed class EmbeddedTestHost : IGrainTestHost, IAsyncLifetime
{
    private readonly ServiceProvider _services;

    public EmbeddedTestHost()
        : this(builder => builder.AddGrainsFrom(typeof(Probe).Assembly))
    {
    }

    private EmbeddedTestHost(Action<EmbeddedGrainHostBuilder> configure, Action<IServiceCollection>? addServices = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(Probe);
        services.AddScoped<Companion>();
        services.AddKeyedSingleton<IGrainStorage>("records", Records);
        services.AddEmbeddedGrainHost(configure);
        addServices?.Invoke(services);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    public Probe Probe { get; } = new();

    public Records Records { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    private IHostedService Service => _services.GetServices<IHostedService>().Single();

    public static EmbeddedTestHost Create(
        Action<EmbeddedGrainHostBuilder> configure, Action<IServiceCollection>? addServices = null) =>
        new(configure, addServices);

    public Task InitializeAsync() => Service.StartAsync(CancellationToken.None);

    public Task EndIdleAsync()
    {
        var options = _services.GetRequiredService<IOptions<EmbeddedHostOptions>>().Value;
        Time.Advance(options.CollectionAge + options.CollectionInterval);
        return Task.CompletedTask;
    }

    public Task StopAsync() => Service.StopAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _services.DisposeAsync();
}
