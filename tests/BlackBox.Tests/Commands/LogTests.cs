using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary>The output of jobs, over HTTP and with the command.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task The_output_of_all_attempts_comes_oldest_first_in_pieces_or_whole()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        jobs.Fail("talks");
        await server.DeployAsync(jobs.Pod("talks", 1, 1, restartPolicy: "OnFailure"));
        await server.JobEventuallyAsync("talks", job => (int)job["restarts"]! >= 1, "was started anew");
        jobs.StopFailing("talks");
        jobs.Finish("talks");
        await server.StatusEventuallyAsync("talks", "completed");

        var whole = (await server.Api.GetAsync("/api/v1/jobs/talks/logs")).Must(HttpStatusCode.OK).Text;
        var lines = whole.Split('\n').Where(line => line.StartsWith("attempt", StringComparison.Ordinal)).ToList();
        Assert.Equal(jobs.Starts().Select(note => $"attempt {note.Attempt} of talks on GPUs [0]"), lines);

        var pieces = "";
        for (long offset = 0; ;)
        {
            var piece = (await server.Api.GetAsync($"/api/v1/jobs/talks/logs?offset={offset}&max=7"))
                .Must(HttpStatusCode.OK);
            if (piece.Text.Length == 0)
            {
                break;
            }

            pieces += piece.Text;
            offset = long.Parse(piece.Headers.GetValues("Sluice-Next-Offset").Single(),
                System.Globalization.CultureInfo.InvariantCulture);
        }

        Assert.Equal(whole, pieces);
        Assert.Equal(whole, (await server.RunAsync("logs", "talks")).Output);
        foreach (var wrong in new[] { "rank=-1", "offset=x", "max=0", "max=9999999" })
        {
            (await server.Api.GetAsync("/api/v1/jobs/talks/logs?" + wrong)).Must(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task Following_the_output_ends_with_the_job_and_has_its_last_words()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("followed", 1, 1));

        var follower = server.RunAsync("logs", "followed", "-f");
        jobs.Finish("followed");
        var result = await follower.InTimeAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("attempt 1 of followed on GPUs [0]\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_output_of_a_job_that_was_killed_with_its_server_is_still_there()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("kept", 1, 1));

        server.Kill();
        await server.StartAsync();
        Assert.Contains("attempt 1 of kept", (await server.RunAsync("logs", "kept")).Output, StringComparison.Ordinal);
    }
}
