using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.EmbeddedHost;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Jobs;
using Sluice.Storage;
using Sluice.Testing;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>Lists on the embedded host and the SQLite store, with the wake-ups of a real process.</summary>
internal sealed class DurableLists : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private IHost _host = null!;

    private DurableLists()
    {
    }

    public IStageQueueGrain List => _host.Services.GetRequiredService<IGrainFactory>()
        .GetGrain<IStageQueueGrain>(GrainKeys.StageQueue("7"));

    public static async Task<DurableLists> StartAsync()
    {
        var world = new DurableLists();
        await world.StartHostAsync();
        return world;
    }

    public static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    public Task<AddStageJobsAnswer> AddAsync(int count, int stage = 0) => List.AddAsync(new(
        [.. Enumerable.Range(0, count).Select(id => new NewStageJob(id, stage, Json($$"""{"run":{{id}}}""")))]));

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        _folder.Dispose();
    }

    /// <summary>Everything in memory is gone; what was committed is not.</summary>
    public async Task RestartAsync()
    {
        await StopHostAsync();
        await StartHostAsync();
    }

    private async Task StartHostAsync()
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
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task StopHostAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
