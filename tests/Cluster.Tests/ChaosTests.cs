using System.Globalization;
using System.Text;
using Sluice.Cluster.Tests.Chaos;
using Sluice.Cluster.Tests.Hosting;
using Xunit.Abstractions;

namespace Sluice.Cluster.Tests;

/// <summary>A cluster of real processes under load, while silos die, hang and are restarted.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan RecoveryWindow = TimeSpan.FromSeconds(12);

    /// <summary>Which silos are hit, in which order.</summary>
    private static int Seed => int.TryParse(
        Environment.GetEnvironmentVariable("SLUICE_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    private static bool IsFull => Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") is "1";

    [Fact]
    public async Task No_fault_of_a_silo_loses_a_write_shows_an_old_read_overbooks_a_GPU_or_runs_a_uid_twice()
    {
        var (clients, count, interval) = IsFull ? (64, 20, 30) : (12, 3, 8);
        await using var cluster = await TestCluster.StartAsync(silos: 3, gateways: 2);
        using var folder = new TemporaryFolder();
        var tally = new Tally();
        var executor = new RecordingExecutor(tally);
        var gateways = cluster.Gateways.Select(one => one.Url).ToList();
        var metadata = new MetadataClients(gateways, tally, clients);
        var workloads = new WorkloadClients(gateways, tally, executor, count: clients / 8);
        var faults = new Faults(cluster, TimeSpan.FromSeconds(interval), seed: Seed);
        await using (await ExecutorHost.StartAsync(cluster.Database, folder.Path, executor))
        {
            await metadata.AddJobsAsync();
            using var stop = new CancellationTokenSource();
            var load = Task.WhenAll(metadata.RunAsync(stop.Token), workloads.RunAsync(stop.Token));

            await faults.RunAsync(count, stop.Token);

            await stop.CancelAsync();
            await load.WaitAsync(TimeSpan.FromMinutes(2));
            await metadata.CheckAsync();
            await workloads.DrainAsync();
        }

        var report = Report(tally, executor, faults)
            + $"ended by themselves: {cluster.Silos.Sum(silo => silo.Restarts)}";
        output.WriteLine(report);
        Assert.True(tally.Broken.Count == 0, $"{string.Join('\n', tally.Broken.Take(20))}\n{report}");
        Assert.True(
            tally.Errors.Keys.All(kind => kind == "503"), $"{report}\n{cluster.Warnings()}");
        Assert.Equal(count, faults.Done.Count);
    }

    private static string Report(Tally tally, RecordingExecutor executor, Faults faults)
    {
        var recoveries = faults.Done.Select(fault => (fault.Kind, fault.Silo, tally.Recovery(fault.At, RecoveryWindow)))
            .ToList();
        var sorted = recoveries.Select(one => one.Item3).Order().ToList();
        var report = new StringBuilder();
        report.AppendLine(
            CultureInfo.InvariantCulture, $"{tally.Answers} answers, {executor.Starts} starts, {executor.Stops} stops");
        report.AppendLine(CultureInfo.InvariantCulture,
            $"errors: {string.Join(", ", tally.Errors.Select(kind => $"{kind.Key} {kind.Value}"))}");
        foreach (var (kind, silo, recovery) in recoveries)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"{kind} of {silo}: {recovery.TotalSeconds:F1} s");
        }

        report.AppendLine(CultureInfo.InvariantCulture, $"slowest: {string.Join(", ", tally.Hindered.Take(12).Select(
            one => $"{one.Request} {one.Lasted.TotalSeconds:F1} s"))}");
        report.AppendLine(CultureInfo.InvariantCulture,
            $"recovery: p50 {sorted[sorted.Count / 2].TotalSeconds:F1} s, max {sorted[^1].TotalSeconds:F1} s");
        return report.ToString();
    }
}
