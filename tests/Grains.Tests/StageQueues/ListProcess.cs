using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Ports;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.StageQueues;
using Sluice.Testing;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>One process with one list, at a store that tests script. There may be several at one store.</summary>
internal sealed class ListProcess : IAsyncDisposable
{
    public const string Key = "queue/7";

    private readonly ListHost _host;
    private readonly ScriptedRows _store;

    private ListProcess(ListHost host, ScriptedRows store) => (_host, _store) = (host, store);

    public IStageQueueGrain List => _host.Grains.GetGrain<IStageQueueGrain>(Key);

    public IMeterFactory Meters => _host.Services.GetRequiredService<IMeterFactory>();

    public DueRowLoop DueRows => ActivatorUtilities.CreateInstance<DueRowLoop>(_host.Services);

    public static async Task<ListProcess> StartAsync(
        ScriptedRows store, FakeTimeProvider time, Action<StageQueueOptions>? configure = null)
    {
        var host = await ListHost.StartAsync(services =>
        {
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton<IRowCollections>(store);
            services.AddSingleton<IDueRows>(store);
            services.AddSluiceGrains();
            services.Configure<StageQueueOptions>(options => configure?.Invoke(options));
        });
        return new(host, store);
    }

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

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
