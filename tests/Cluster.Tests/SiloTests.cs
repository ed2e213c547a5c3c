using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.Cluster.Tests.Chaos;
using Sluice.Cluster.Tests.Hosting;

namespace Sluice.Cluster.Tests;

/// <summary>What becomes of a silo's requests when it hangs, and when it is asked to end.</summary>
public sealed class SiloTests
{
    private const int Jobs = 24;

    [Fact]
    public async Task A_silo_that_hung_and_goes_on_answers_no_old_read()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, gateways: 0);
        var hung = cluster.Silos[0];
        using var api = new ApiClient([cluster.Silos[1].Url], new(), seed: 1);
        using var direct = new HttpClient { BaseAddress = hung.Url, Timeout = TimeSpan.FromSeconds(10) };
        for (var job = 0; job < Jobs; job++)
        {
            await api.SendAsync(
                HttpMethod.Post, "/add_job",
                new { job_name = $"job-{job}", gpu_req = 1, gpu_lim = 2, gpu_assigned = 1 });
            // Both ways, so that some of them live in the silo that will hang, and it knows all.
            await direct.GetAsync(new Uri($"/get_job/job-{job}", UriKind.Relative));
        }

        hung.Freeze();
        for (var job = 0; job < Jobs; job++)
        {
            await api.SendAsync(HttpMethod.Put, "/update_job", new { job_name = $"job-{job}", total_epochs = 7 });
        }

        await Eventually.IsTrueAsync(
            () => cluster.Read<long>("SELECT count(*) FROM sluice.OrleansMembershipTable WHERE Status = 6") == 1,
            "the others declare it dead");

        // They wait in its socket and are the first that it sees.
        var reads = Enumerable.Range(0, Jobs).Select(job => ReadAsync(direct, job)).ToList();
        hung.Thaw();

        foreach (var epochs in await Task.WhenAll(reads))
        {
            Assert.True(epochs is null or 7, $"an old read: {epochs}");
        }

        await hung.ExitAsync();
    }

    [Fact]
    public async Task Restarting_all_silos_and_gateways_one_by_one_fails_no_request()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2, gateways: 2);
        var tally = new Tally();
        using var stop = new CancellationTokenSource();
        // Each gateway's own clients, as those of a load balancer that has turned away before it ends.
        var loads = cluster.Gateways.Select(gateway => new MetadataClients([gateway.Url], tally, count: 4)).ToList();
        await loads[0].AddJobsAsync();
        var load = loads[0].RunAsync(stop.Token);

        foreach (var one in cluster.Silos.Append(cluster.Gateways[1]))
        {
            Assert.Equal(0, await one.StopAsync());
            one.Launch();
            await one.UntilReadyAsync();
        }

        await stop.CancelAsync();
        await load;
        await loads[0].CheckAsync();
        Assert.Empty(tally.Broken);
        Assert.True(tally.Errors.Count == 0, $"{string.Join(", ", tally.Errors)}\n{cluster.Warnings()}");
    }

    [Fact]
    public async Task Jobs_are_spread_over_the_silos_of_a_cluster()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, gateways: 0);
        using var api = new ApiClient([cluster.Silos[0].Url], new(), seed: 1);

        await Task.WhenAll(Enumerable.Range(0, 300).Select(job => api.SendAsync(
            HttpMethod.Post, "/add_job",
            new { job_name = $"job-{job}", gpu_req = 1, gpu_lim = 2, gpu_assigned = 1 })));

        var counts = await ActivationCounts.ReadAsync(cluster.Database, "job");
        Assert.Equal(3, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 50, 150));
    }

    private static async Task<long?> ReadAsync(HttpClient http, int job)
    {
        try
        {
            var body = await http.GetFromJsonAsync<JsonNode>(new Uri($"/get_job/job-{job}", UriKind.Relative));
            return (long?)body!["total_epochs"] ?? 0;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }
}
