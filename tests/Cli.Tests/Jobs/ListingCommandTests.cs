using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Jobs;

public sealed class ListingCommandTests
{
    [Fact]
    public async Task Jobs_are_listed_with_what_they_have_and_why()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200,
            $"[{Wire.Job("wide")}, {Wire.Job("gang", "scheduled", assigned: 0, completed: 0, betweenCheckpoints: null, replicas: 2)}]");
        server.On("GET /api/v1/capacity", 200, Wire.Capacity(
            8,
            4,
            Wire.Allocation("wide", 4, "fits", atNextCheckpoint: 6),
            Wire.Allocation("gang", 0, "waits for 2 blocks of 2 GPUs; " + new string('x', 80))));

        var result = await new Shell().RunAsync("jobs", "--server", server.Url);

        Assert.Equal(
            $"""
            NAME   STATUS      GPUS       EPOCHS   CHECKPOINT   RESTARTS   REASON
            wide   running     4/2-8      3/12     69s          1          6 at the next checkpoint: fits
            gang   scheduled   0/2-8 ×2   0/12     -            1          waits for 2 blocks of 2 GPUs; {new string('x', 29)}…

            """,
            result.Out);
    }

    [Fact]
    public async Task A_name_with_brackets_is_shown_as_it_is()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, $"[{Wire.Job("a[b]c")}]");

        var result = await new Shell().RunAsync("jobs", "--server", server.Url);

        Assert.Contains("a[b]c", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_is_cut_and_says_so()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, $"[{Wire.Job("a")}, {Wire.Job("b")}, {Wire.Job("c")}]");

        var result = await new Shell().RunAsync("jobs", "--limit", "2", "--server", server.Url);

        Assert.Equal("?limit=3", server.Single("GET /get_all_jobs").Query);
        Assert.Equal(3, result.Out.TrimEnd().Split('\n').Length);
        Assert.Equal("sluice: these are the first 2; --limit N shows more\n", result.Error);
    }

    [Fact]
    public async Task No_jobs_are_no_failure()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, "[]");

        var result = await new Shell().RunAsync("jobs", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "no jobs\n"), (result.Code, result.Out));
    }

    [Fact]
    public async Task All_that_is_known_of_a_job_is_shown_and_nothing_that_is_not()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/jobs/my job", 200, $$"""
            {"job": {{Wire.Job("my job")}}, "is_managed": true, "uid": "u1", "kind": "PyTorchJob", "namespace": "default",
             "generation": 9, "placement": "node-0:0,1,2,3", "reason": "2 GPUs were free", "attempt": 2, "exit_code": null,
             "message": null, "scale_mode": "after-checkpoint", "not_before": null,
             "started_at": "2030-01-01T00:00:00+00:00", "ended_at": null}
            """);

        var result = await new Shell().RunAsync("job", "my job", "--server", server.Url);

        Assert.Equal(
            """
            name:            my job
            kind:            PyTorchJob
            namespace:       default
            uid:             u1
            status:          running
            gpus:            4 a replica, range 2-8 GPUs × 1 replica
            placement:       node-0:0,1,2,3
            reason:          2 GPUs were free
            generation:      9
            scale mode:      after-checkpoint
            epochs:          3/12
            last checkpoint: 69s ago
            between the two: 5 s
            arrived:         2029-12-31 23:43:20Z
            started:         2030-01-01 00:00:00Z
            attempt:         2
            restarts:        1

            """,
            result.Out);
    }

    [Fact]
    public async Task An_unknown_job_is_a_failure()
    {
        await using var server = await FakeServer.StartAsync();

        (await new Shell().RunAsync("job", "nobody", "--server", server.Url))
            .HasFailed(ExitCode.Failed, "Job not found");
    }
}
