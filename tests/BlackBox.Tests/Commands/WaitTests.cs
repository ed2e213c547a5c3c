using System.Text.Json.Nodes;
using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary>Commands that return only when what they asked for has happened.</summary>
public sealed class WaitTests
{
    [Fact]
    public async Task Deploy_returns_when_the_job_runs_and_fails_where_it_fails_or_has_no_room()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);

        var runs = await server.RunAsync("deploy", "-f", server.Write("a.yaml", jobs.Pod("a", 1, 2)), "--wait");
        runs.MustBeDone();
        Assert.EndsWith("a runs with 2 GPUs\n", runs.Output, StringComparison.Ordinal);
        Assert.Equal("running", (string)(await server.Api.JobAsync("a"))["status"]!);

        // One that starts and then fails may be seen to run; this one never does.
        var failing = JobManifests.Pod("fails", 0, 0, JobManifests.CommandOf("no-such-program"));
        (await server.RunAsync("deploy", "-f", server.Write("fails.yaml", failing), "--wait"))
            .MustHaveFailed("fails failed");

        var full = server.Write("full.yaml", jobs.Pod("full", 2, 2));
        (await server.RunAsync("deploy", "-f", full, "--wait", "--timeout", "1"))
            .MustHaveFailed("after 1 s full was scheduled");

        var ends = JobManifests.Pod("ends", 0, 0, JobManifests.Shell("true"));
        var ended = await server.RunAsync("deploy", "-f", server.Write("ends.yaml", ends), "--wait", "-o", "json");
        ended.MustBeDone();
        Assert.Contains((string)JsonNode.Parse(ended.Output)!["job"]!["status"]!, new[] { "running", "completed" });
    }

    [Fact]
    public async Task Scale_by_wish_returns_when_the_job_runs_with_what_it_got_and_delete_when_nothing_is_left()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        (await server.RunAsync("deploy", "-f", server.Write("a.yaml", jobs.Pod("a", 1, 3)), "--wait")).MustBeDone();

        var less = await server.RunAsync("scale", "--name", "a", "--gpus", "1", "--wait");
        less.MustBeDone();
        Assert.StartsWith("a: 3 -> 1 GPU", less.Output, StringComparison.Ordinal);
        await MustRunWithAsync(server, 1);
        // The process is there; what it notes of itself comes in its own time.
        await server.RunsWithAsync(jobs, "a", 1);

        var more = await server.RunAsync("scale", "--name", "a", "--gpus", "9", "--wait", "-o", "json");
        more.MustBeDone();
        Assert.Equal(3, (int)JsonNode.Parse(more.Output)!["assigned"]!);
        await MustRunWithAsync(server, 3);
        await server.RunsWithAsync(jobs, "a", 3);

        var deleted = await server.RunAsync("delete", "a", "--wait", "-o", "json");
        deleted.MustBeDone();
        Assert.True((bool)JsonNode.Parse(deleted.Output)!["results"]![0]!["deleted"]!);
        Assert.Equal([4], (await server.Api.GetAsync("/freegpu")).Json.AsObject().Select(node => (int)node.Value!));
    }

    [Fact]
    public async Task A_wish_for_a_job_of_somebody_else_is_refused_and_changes_nothing()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var before = (await server.Api.AddJobAsync("external")).Job.ToJsonString();

        (await server.RunAsync("scale", "--name", "external", "--gpus", "1")).MustHaveFailed("somebody else");

        Assert.Equal(before, (await server.Api.JobAsync("external")).ToJsonString());
    }

    private static async Task MustRunWithAsync(SluiceServer server, int gpus)
    {
        var description = (await server.Api.GetAsync("/api/v1/jobs/a")).Must(HttpStatusCode.OK).Json;
        Assert.NotNull(description["running_since"]);
        Assert.Equal(gpus, (int)description["job"]!["gpu_assigned"]!);
    }
}
