using System.Text;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Tests.Hosting;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>Lists on the embedded host and the SQLite store, with the wake-ups of a real process.</summary>
internal sealed class DurableLists : IAsyncDisposable
{
    private readonly DurableHost _host = new();

    private DurableLists()
    {
    }

    public IStageQueueGrain List => _host.Grains.GetGrain<IStageQueueGrain>(GrainKeys.StageQueue("7"));

    public static async Task<DurableLists> StartAsync()
    {
        var world = new DurableLists();
        await world._host.StartAsync();
        return world;
    }

    public static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    public Task<AddStageJobsAnswer> AddAsync(int count, int stage = 0) => List.AddAsync(new(
        [.. Enumerable.Range(0, count).Select(id => new NewStageJob(id, stage, Json($$"""{"run":{{id}}}""")))]));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Everything in memory is gone; what was committed is not.</summary>
    public Task RestartAsync() => _host.RestartAsync();
}
