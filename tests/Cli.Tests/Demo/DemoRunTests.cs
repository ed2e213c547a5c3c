using System.Collections.Immutable;
using Sluice.Cli.Client;
using Sluice.Cli.Demo;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Demo;

public sealed class DemoRunTests
{
    private static readonly DemoPlan Plan = new("adaptive");

    private static readonly ImmutableArray<DemoSample> Samples =
    [
        new("a", TimeSpan.Zero, "manifest a"),
        new("b", TimeSpan.FromSeconds(2), "manifest b"),
    ];

    [Fact]
    public async Task Samples_are_deployed_at_their_times_and_watched_to_their_end()
    {
        await using var server = await FakeServer.StartAsync();
        var time = new ImpatientTime();
        var start = time.GetUtcNow();
        var deployedAt = new List<double>();
        server.On("POST /deploy", _ =>
        {
            deployedAt.Add((time.GetUtcNow() - start).TotalSeconds);
            return Wire.Job("x");
        });
        bool HasEnded() => time.GetUtcNow() - start >= TimeSpan.FromSeconds(4);
        server.On("GET /get_all_jobs", _ => Jobs(deployedAt.Count, HasEnded() ? "completed" : "running"));
        server.On("GET /api/v1/capacity", _ => HasEnded()
            ? Wire.Capacity(8, 8)
            : Wire.Capacity(8, 4, Wire.Allocation("a", 4, "fits")));
        using var output = new StringWriter();

        var result = await Run(server, output, time).RunAsync(Plan, () => null, CancellationToken.None);

        Assert.Equal([0, 2], deployedAt);
        Assert.True(result.IsSuccess);
        Assert.Same(Plan, result.Plan);
        Assert.Equal((4.0, 0.5), (result.Makespan.TotalSeconds, result.Utilization));
        // One took from 0 to 4, the other from 2 to 4.
        Assert.Equal((3.0, 0.0), (result.MeanCompletion.TotalSeconds, result.MeanWait.TotalSeconds));
        Assert.Equal(
            """
            [   0.0 s] a: arrives (2-8 GPUs × 1 replica) and starts with 4 GPUs (fits)
            [   2.0 s] b: arrives (2-8 GPUs × 1 replica) and starts with 4 GPUs
            [   4.0 s] a: completed
            [   4.0 s] b: completed

            """,
            output.ToString());
    }

    [Fact]
    public async Task A_job_that_fails_makes_the_demo_fail()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 201, Wire.Job("x"));
        server.On("GET /get_all_jobs", 200, $"[{Wire.Job("a", "completed")}, {Wire.Job("b", "failed")}]");
        server.On("GET /api/v1/capacity", 200, Wire.Capacity(8, 8));

        var result = await Run(server, TextWriter.Null, new()).RunAsync(Plan, () => null, CancellationToken.None);

        Assert.False(result.IsSuccess);
        Assert.Equal(1, result.Completed);
    }

    [Fact]
    public async Task Jobs_that_never_end_are_not_watched_for_ever()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 201, Wire.Job("x"));
        server.On("GET /get_all_jobs", 200, Jobs(2, "running"));
        server.On("GET /api/v1/capacity", 200, Wire.Capacity(8, 8));

        var result = await Run(server, TextWriter.Null, new()).RunAsync(Plan, () => null, CancellationToken.None);

        Assert.False(result.IsSuccess);
    }

    [Fact]
    public async Task A_server_that_dies_is_the_demos_failure_with_the_servers_own_words()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /deploy", 201, Wire.Job("x"));
        server.On("GET /get_all_jobs", 503, "");

        var failure = await Assert.ThrowsAsync<CliFailure>(() => Run(server, TextWriter.Null, new())
            .RunAsync(Plan, () => "the server ended with status 1: disk full", CancellationToken.None));

        Assert.Equal("the server ended with status 1: disk full", failure.Message);
    }

    [Fact]
    public async Task Ending_the_jobs_waits_until_their_GPUs_are_given_back()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("DELETE /delete", 200, """{"results": []}""");
        var looks = 0;
        server.On("GET /api/v1/capacity", _ => ++looks < 3
            ? Wire.Capacity(8, 4, Wire.Allocation("a", 4, "deleted", isEnding: true))
            : Wire.Capacity(8, 8));

        await Run(server, TextWriter.Null, new()).EndJobsAsync();

        Assert.Equal("""{"names":["a","b"]}""", server.Single("DELETE /delete").Body);
        Assert.Equal(3, looks);
    }

    private static DemoRun Run(FakeServer server, TextWriter output, ImpatientTime time) => new(
        new SluiceClient(new ServerAddress(new Uri(server.Url), Token: null)), Samples, new PlainDemoView(output),
            time);

    private static string Jobs(int count, string status) =>
        $"[{string.Join(", ", new[] { "a", "b" }.Take(count).Select(name => Wire.Job(name, status)))}]";
}
