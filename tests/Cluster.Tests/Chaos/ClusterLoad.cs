using System.Globalization;
using System.Text;
using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>All that uses a cluster while something happens to it: its clients, and the executor of its jobs.</summary>
internal sealed class ClusterLoad
{
    private readonly TestCluster _cluster;
    private readonly RecordingExecutor _executor;
    private readonly MetadataClients _metadata;
    private readonly WorkloadClients _workloads;

    public ClusterLoad(TestCluster cluster, int clients)
    {
        var gateways = cluster.Gateways.Select(one => one.Url).ToList();
        _cluster = cluster;
        _executor = new(Tally);
        _metadata = new(gateways, Tally, clients);
        _workloads = new(gateways, Tally, _executor, count: Math.Max(1, clients / 8));
    }

    public Tally Tally { get; } = new();

    /// <summary>Loads the cluster for as long as the faults take, and then looks at all that was answered.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> faults)
    {
        using var folder = new TemporaryFolder();
        await using (await ExecutorHost.StartAsync(_cluster.Database, folder.Path, _executor))
        {
            await _metadata.AddJobsAsync();
            using var stop = new CancellationTokenSource();
            var load = Task.WhenAll(_metadata.RunAsync(stop.Token), _workloads.RunAsync(stop.Token));

            await faults(stop.Token);

            await stop.CancelAsync();
            await load.WaitAsync(TimeSpan.FromMinutes(2));
            await _metadata.CheckAsync();
            await _workloads.DrainAsync();
        }
    }

    /// <param name="faults">What was done, and from when on its recovery counts.</param>
    /// <param name="window">Requests that begin later after a fault are not blamed on it.</param>
    public string Report(IEnumerable<(string Name, long At)> faults, TimeSpan window)
    {
        var recoveries = faults.Select(fault => (fault.Name, Lasted: Tally.Recovery(fault.At, window))).ToList();
        var sorted = recoveries.Select(one => one.Lasted.TotalSeconds).Order().ToList();
        var report = new StringBuilder();
        report.AppendLine(CultureInfo.InvariantCulture,
            $"{Tally.Answers} answers, of these {_metadata.Writes} checkpoints and restarts; "
                + $"{_executor.Starts} starts, {_executor.Stops} stops");
        report.AppendLine(CultureInfo.InvariantCulture,
            $"errors: {string.Join(", ", Tally.Errors.Select(kind => $"{kind.Key} {kind.Value}"))}");
        foreach (var (name, lasted) in recoveries)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"{name}: {lasted.TotalSeconds:F1} s");
        }

        report.AppendLine(CultureInfo.InvariantCulture, $"slowest: {string.Join(", ", Tally.Hindered.Take(12).Select(
            one => $"{one.Request} {one.Lasted.TotalSeconds:F1} s"))}");
        report.AppendLine(CultureInfo.InvariantCulture,
            $"recovery: p50 {sorted[sorted.Count / 2]:F1} s, max {sorted[^1]:F1} s");
        report.AppendLine(CultureInfo.InvariantCulture,
            $"ended by themselves: {_cluster.Silos.Sum(silo => silo.Restarts)}");
        return report.ToString();
    }
}
