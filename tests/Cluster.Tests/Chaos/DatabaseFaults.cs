using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>Kills the whole database server, and starts it again after a while.</summary>
internal sealed class DatabaseFaults(TestCluster cluster, TimeSpan interval)
{
    /// <summary>Shorter than a call waits, longer, and longer than a gateway goes on trying.</summary>
    private static readonly TimeSpan[] Down =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(12)];

    private readonly List<(string Name, long At)> _done = [];

    /// <summary>Each with the moment from which on the server let clients in again.</summary>
    public IReadOnlyList<(string Name, long At)> Done => _done;

    public async Task RunAsync(int count, CancellationToken stop)
    {
        for (var fault = 0; fault < count; fault++)
        {
            await Task.Delay(interval, stop);
            var down = Down[fault % Down.Length];
            cluster.Postgres.Kill();
            await Task.Delay(down, stop);
            await Task.Run(cluster.Postgres.Start, stop);
            _done.Add(($"{down.TotalSeconds:F0} s without a database", TimeProvider.System.GetTimestamp()));
        }

        await Task.Delay(interval, stop);
    }
}
