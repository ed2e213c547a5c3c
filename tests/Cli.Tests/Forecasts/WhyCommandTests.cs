using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Forecasts;

public sealed class WhyCommandTests
{
    [Fact]
    public async Task A_job_that_waits_is_told_its_place_its_times_and_what_happened()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/jobs/wide/explain", 200, $$"""
            {"job": {{Wire.Description("wide", "scheduled", assigned: 0, reason: "waits for 2 GPUs: no others")}},
             "allocation": {{Wire.Outlook(
                 "wide", "2030-01-01T00:30:00+00:00", 4, "2030-01-01T05:00:00+00:00",
                 queue: """{"position": 2, "length": 3, "needed_gpus": 2, "free_gpus": 1}""")}},
             "events": [{"number": 1, "time": "2029-12-31T23:59:00+00:00", "job": "wide", "kind": "deployed",
                         "reason": "as a Pod"}]}
            """);

        var result = await new Shell().RunAsync("why", "wide", "--server", server.Url);

        Assert.Equal(
            """
            name:            wide
            status:          scheduled
            gpus:            0 a replica, range 2-8 GPUs × 1 replica
            reason:          waits for 2 GPUs: no others
            place in queue:  2 of 3; needs 2 GPUs, 1 is free
            starts:          2030-01-01 00:30:00Z (in 30m), with 4 GPUs
            ends:            2030-01-01 05:00:00Z (in 5h)
            as known:        by its own checkpoints
            speed:           12.5 s an epoch with 4 GPUs
                             7 s an epoch with 8 GPUs
            restart:         3 s until the first epoch
            expected:        2030-01-01 00:30:00Z starts with 4 GPUs: admitted
                             2030-01-01 01:00:00Z 4 -> 8 GPUs: scaled up

            2029-12-31 23:59:00Z  wide          deployed      as a Pod

            """,
            result.Out);
    }

    [Fact]
    public async Task What_nobody_can_tell_is_said_so()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/jobs/wide/explain", 200, $$"""
            {"job": {{Wire.Description("wide")}}, "allocation": {{Wire.Outlook("wide", null, null, null)}},
             "events": []}
            """);

        var result = await new Shell().RunAsync("why", "wide", "--server", server.Url);

        Assert.Contains("ends:            nobody can tell\n", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("starts:", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_external_job_is_somebody_elses()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/jobs/theirs/explain", 200,
            $$"""{"job": {{Wire.Description("theirs", isManaged: false)}}, "allocation": null, "events": []}""");

        var result = await new Shell().RunAsync("why", "theirs", "--server", server.Url);

        Assert.Contains("status:          running; somebody else runs it\n", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("ends:", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_what_the_server_said_and_an_unknown_job_is_a_failure()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/jobs/wide/explain", 200, """{"job": {}}""");

        var json = await new Shell().RunAsync("why", "wide", "-o", "json", "--server", server.Url);
        var unknown = await new Shell().RunAsync("why", "nobody", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "{\"job\": {}}\n"), (json.Code, json.Out));
        Assert.Equal((ExitCode.Failed, "sluice: Job not found\n"), (unknown.Code, unknown.Error));
    }
}
