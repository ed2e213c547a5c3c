using Sluice.Bench.Load;

namespace Sluice.Bench.Servers;

/// <summary>The processes of a server, of which the first serves HTTP. What they cost is the sum of all.</summary>
internal sealed class RunningServer(IReadOnlyList<ServerProcess> processes) : IDisposable
{
    public Uri Address => processes[0].Address;

    public long ResidentBytes => processes.Sum(process => process.ResidentBytes);

    /// <summary>Measures a load on this server.</summary>
    public async Task<LoadResult> MeasureAsync(Func<Task<LoadResult>> load)
    {
        var before = ProcessorTime();
        var result = await load();
        return result with { ServerTime = ProcessorTime() - before };
    }

    /// <summary>Ends all as <c>kill -9</c> does, and waits until they are gone.</summary>
    public Task KillAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(processes.Select(process => process.KillAsync(cancellationToken)));

    public void Dispose()
    {
        foreach (var process in processes) process.Dispose();
    }

    private TimeSpan ProcessorTime() => TimeSpan.FromTicks(processes.Sum(process => process.ProcessorTime.Ticks));
}
