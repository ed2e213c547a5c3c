using System.Globalization;
using Sluice.Cluster.Tests.Chaos;
using Sluice.Cluster.Tests.Hosting;
using Xunit.Abstractions;

namespace Sluice.Cluster.Tests;

/// <summary>
/// A cluster of real processes under load, while silos die, hang and are restarted, and while its database dies.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    /// <summary>Which silos are hit, in which order.</summary>
    private static int Seed => int.TryParse(
        Environment.GetEnvironmentVariable("SLUICE_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    private static bool IsFull => Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") is "1";

    [Fact]
    public async Task No_fault_of_a_silo_loses_a_write_shows_an_old_read_overbooks_a_GPU_or_runs_a_uid_twice()
    {
        var (clients, count, interval) = IsFull ? (64, 20, 30) : (12, 3, 8);
        await using var cluster = await TestCluster.StartAsync(silos: 3, gateways: 2);
        var load = new ClusterLoad(cluster, clients);
        var faults = new Faults(cluster, TimeSpan.FromSeconds(interval), seed: Seed);

        await load.RunAsync(stop => faults.RunAsync(count, stop));

        var report = load.Report(
            faults.Done.Select(fault => ($"{fault.Kind} of {fault.Silo}", fault.At)), TimeSpan.FromSeconds(12));
        AssertKept(cluster, load.Tally, report);
        Assert.Equal(count, faults.Done.Count);
    }

    [Fact]
    public async Task A_database_that_dies_and_comes_back_costs_nothing_but_time_and_no_silo()
    {
        var (clients, count, interval) = IsFull ? (64, 12, 15) : (12, 3, 6);
        await using var cluster = await TestCluster.StartAsync(silos: 3, gateways: 2);
        var processes = cluster.Silos.Concat(cluster.Gateways).ToList();
        var load = new ClusterLoad(cluster, clients);
        var faults = new DatabaseFaults(cluster, TimeSpan.FromSeconds(interval));

        await load.RunAsync(stop => faults.RunAsync(count, stop));

        AssertKept(cluster, load.Tally, load.Report(faults.Done, TimeSpan.FromSeconds(interval) / 2));
        Assert.True(processes.All(one => !one.HasExited), cluster.Warnings());
    }

    private void AssertKept(TestCluster cluster, Tally tally, string report)
    {
        output.WriteLine(report);
        Assert.True(tally.Broken.Count == 0, $"{string.Join('\n', tally.Broken.Take(20))}\n{report}");
        Assert.True(tally.Errors.Keys.All(kind => kind == "503"), $"{report}\n{cluster.Warnings()}");
    }
}
