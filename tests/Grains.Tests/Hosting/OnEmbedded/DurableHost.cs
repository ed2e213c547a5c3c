using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.EmbeddedHost;
using Sluice.Grains.Jobs;
using Sluice.Storage;
using Sluice.Testing;

namespace Sluice.Grains.Tests.Hosting;

/// <summary>The real grains on the embedded host and the SQLite store, in a folder of their own.</summary>
/// <param name="configure">Adds to the services; null: nothing.</param>
internal sealed class DurableHost(Action<IServiceCollection>? configure = null) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private IHost _host = null!;

    public IServiceProvider Services => _host.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        builder.Services.AddSqliteStore(store =>
        {
            store.DataDirectory = _folder.Path;
            store.Json = new(GrainsJsonContext.Default.Options) { TypeInfoResolver = GrainsJsonContext.Default };
        });
        builder.Services.AddEmbeddedGrainHost(host => host.AddGrainsFrom(typeof(JobGrain).Assembly));
        builder.Services.AddSluiceGrains();
        configure?.Invoke(builder.Services);
        _host = builder.Build();
        await _host.StartAsync();
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

    private async Task StopAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
