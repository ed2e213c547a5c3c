using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.StageQueues;
using Sluice.Testing;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>One process with one list, at a store that tests script. There may be several at one store.</summary>
internal sealed class ListProcess : IAsyncDisposable
{
    public const string Key = "queue/7";

    private readonly ServiceProvider _services;
    private readonly ScriptedRows _store;

    public ListProcess(ScriptedRows store, FakeTimeProvider time, Action<StageQueueOptions>? configure = null)
    {
        _store = store;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<IRowCollections>(store);
        services.AddSingleton<IDueRows>(store);
        services.AddEmbeddedGrainHost(host => host.AddGrainsFrom(typeof(JobGrain).Assembly));
        services.AddSluiceGrains();
        services.Configure<StageQueueOptions>(options => configure?.Invoke(options));
        _services = services.BuildServiceProvider();
    }

    public IStageQueueGrain List => _services.GetRequiredService<IGrainFactory>().GetGrain<IStageQueueGrain>(Key);

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public DueRowLoop DueRows => ActivatorUtilities.CreateInstance<DueRowLoop>(_services);

    public static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    public Task<AddStageJobsAnswer> AddAsync(int count, int stage = 0) => List.AddAsync(new(
        [.. Enumerable.Range(0, count).Select(id => new NewStageJob(id, stage, Json($$"""{"run":{{id}}}""")))]));

    /// <summary>What is stored.</summary>
    public async Task<StageQueueState> StoredAsync() => StageQueueRows.Read((await _store.LoadAsync(Key)).Rows);

    /// <summary>As a gateway does: with the same command until there is an answer.</summary>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> call, int max = 100)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await call();
            }
            catch (Exception failure) when (retry < max && failure is not Xunit.Sdk.XunitException)
            {
                // The outcome is unknown.
            }
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
