using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>Kills, freezes and restarts silos, one at a time, and starts them again as a supervisor does.</summary>
internal sealed class Faults(TestCluster cluster, TimeSpan interval, int seed)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(seed);
    private readonly List<(string Kind, string Silo, long At)> _done = [];

    public IReadOnlyList<(string Kind, string Silo, long At)> Done => _done;

    public async Task RunAsync(int count, CancellationToken stop)
    {
        for (var fault = 0; fault < count && !stop.IsCancellationRequested; fault++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var silo = cluster.Silos[_random.Next(cluster.Silos.Count)];
            await Task.WhenAll(cluster.Silos.Select(one => one.UntilReadyAsync()));
            // Each kind as often as the others.
            var injected = (fault % 3) switch
            {
                0 => KillAsync(silo),
                1 => FreezeAsync(silo),
                _ => RestartAsync(silo),
            };
            await injected;
            await silo.UntilReadyAsync();
            var rest = interval - TimeProvider.System.GetElapsedTime(started);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task KillAsync(ClusterProcess silo)
    {
        Note("kill -9", silo);
        silo.Kill();
        await Task.Delay(Down);
        silo.Launch();
    }

    private async Task FreezeAsync(ClusterProcess silo)
    {
        Note("freeze", silo);
        silo.Freeze();
        await Task.Delay(Frozen);
        silo.Thaw();
        // The others have declared it dead meanwhile, and it ends itself when it learns of that.
        await silo.ExitAsync();
        silo.Launch();
    }

    private async Task RestartAsync(ClusterProcess silo)
    {
        Note("restart", silo);
        await silo.StopAsync();
        silo.Launch();
    }

    private void Note(string kind, ClusterProcess silo) =>
        _done.Add((kind, silo.Name, TimeProvider.System.GetTimestamp()));
}
