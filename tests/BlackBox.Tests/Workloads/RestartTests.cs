namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>What becomes of processes that fail.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_failing_job_is_started_anew_up_to_its_limit_and_then_has_failed()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        jobs.Fail("fails");
        (await server.DeployAsync(jobs.Gang("fails", replicas: 1, least: 1, most: 2, backoffLimit: 1)))
            .Must(HttpStatusCode.Created);

        await server.StatusEventuallyAsync("fails", "failed");
        var job = await server.Api.JobAsync("fails");
        Assert.Equal((1, 0), ((int)job["restarts"]!, WorkloadServer.Gpus(job)));
        Assert.Equal([1, 2], jobs.Starts().Select(note => note.Attempt));
        Assert.Equal(1, (int)(await server.DescribeAsync("fails"))["exit_code"]!);
        await server.FreeGpusEventuallyAsync(2);
    }

    [Fact]
    public async Task A_job_that_failed_once_goes_on_and_may_complete()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        jobs.Fail("recovers");
        (await server.DeployAsync(jobs.Pod("recovers", 1, 2, restartPolicy: "OnFailure"))).Must(HttpStatusCode.Created);
        await server.JobEventuallyAsync("recovers", job => (int)job["restarts"]! >= 1, "was started anew");

        jobs.StopFailing("recovers");
        jobs.Finish("recovers");
        await server.StatusEventuallyAsync("recovers", "completed");
        Assert.Equal(jobs.Starts().Count - 1, (int)(await server.Api.JobAsync("recovers"))["restarts"]!);
        Assert.Single(jobs.Starts().Select(note => note.Uid).Distinct());
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task With_the_policy_never_a_failure_is_final()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        (await server.DeployAsync(JobManifests.Pod("never", 1, 1, JobManifests.Shell("exit 7"))))
            .Must(HttpStatusCode.Created);

        await server.StatusEventuallyAsync("never", "failed");
        Assert.Equal(7, (int)(await server.DescribeAsync("never"))["exit_code"]!);
        Assert.Equal(0, (int)(await server.Api.JobAsync("never"))["restarts"]!);
        await server.FreeGpusEventuallyAsync(2);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_fails_with_its_name()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        (await server.DeployAsync(JobManifests.Pod("missing", 1, 1, JobManifests.CommandOf("no-such-program-here"))))
            .Must(HttpStatusCode.Created);

        await server.StatusEventuallyAsync("missing", "failed");
        Assert.Contains("no-such-program-here", (string?)(await server.DescribeAsync("missing"))["message"],
            StringComparison.Ordinal);
        await server.FreeGpusEventuallyAsync(2);
    }

    [Fact]
    public async Task What_cannot_be_had_on_this_machine_is_named()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var manifest = JobManifests.Pod("secretive", 1, 1, JobManifests.Shell("true")) + """

              volumes:
              - name: keys
                secret: {secretName: the-keys, optional: false}
            """;
        var answer = await server.DeployAsync(manifest);
        if (answer.Status == HttpStatusCode.Created)
        {
            await server.StatusEventuallyAsync("secretive", "failed");
            Assert.Contains(
                "the-keys", (string?)(await server.DescribeAsync("secretive"))["message"], StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("the-keys", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
        }

        await server.FreeGpusEventuallyAsync(2);
    }
}
