namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>Several replicas: all get the same count, all are placed or none, all end together.</summary>
public sealed class GangTests
{
    [Fact]
    public async Task Replicas_get_the_same_count_and_know_each_other()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "5");
        var jobs = new HolderJobs(server.Folder);
        var job = await server.RunJobAsync(jobs, jobs.Gang("gang", replicas: 2, least: 1, most: 4), replicas: 2);

        Assert.Equal((2, 2), ((int)job["replicas"]!, WorkloadServer.Gpus(job)));
        Assert.Equal([0, 1], jobs.Starts().Select(note => note.Rank).Order());
        Assert.All(jobs.Starts(), note => Assert.Equal(2, note.Gpus.Length));
        Assert.Equal(4, jobs.Starts().SelectMany(note => note.Gpus).Distinct().Count());
        Assert.Equal(1, await server.FreeGpusAsync());
        jobs.FinishAll();
        await server.StatusEventuallyAsync("gang", "completed");
        await server.FreeGpusEventuallyAsync(5);
    }

    [Fact]
    public async Task All_replicas_are_placed_or_none()
    {
        await using var server = await SluiceServer.StartAsync("--nodes", "2x2");
        var jobs = new HolderJobs(server.Folder);
        (await server.DeployAsync(JobManifests.Pod("blocks", 1, 1, JobManifests.Shell("exec tail -f /dev/null"))))
            .Must(HttpStatusCode.Created);
        await server.StatusEventuallyAsync("blocks", "running");

        // Three GPUs are free, and no two of two.
        Assert.Equal(3, await server.FreeGpusAsync());
        Assert.Equal("scheduled", WorkloadServer.Status(
            (await server.DeployAsync(jobs.Gang("gang", 2, 2, 2))).Must(HttpStatusCode.Created).Job));
        Assert.Equal(3, await server.FreeGpusAsync());
        (await server.Api.DeleteAsync("/delete_job", """{"job_name":"blocks"}""")).Must(HttpStatusCode.OK);
        await server.StatusEventuallyAsync("gang", "running");
        await server.FreeGpusEventuallyAsync(0);
    }

    [Fact]
    public async Task The_failure_of_one_replica_ends_all_and_all_start_anew()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Gang("gang", replicas: 2, least: 1, most: 1, backoffLimit: 3), replicas: 2);

        Signals.SendKill(jobs.Starts()[1].Pid);
        await Patience.UntilAsync(() => jobs.Starts().Count == 4, "both run again");
        await server.StatusEventuallyAsync("gang", "running");
        Assert.Equal([1, 1, 2, 2], jobs.Starts().Select(note => note.Attempt));
        Assert.Equal(1, (int)(await server.Api.JobAsync("gang"))["restarts"]!);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_PyTorchJob_runs_master_and_workers_as_one_world()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "6");
        var command = JobManifests.Shell("echo $RANK/$WORLD_SIZE gpus $CUDA_VISIBLE_DEVICES port $MASTER_PORT");
        var manifest = JobManifests.PyTorchJob("torch", workers: 2, least: 1, most: 2, command);
        var job = (await server.DeployAsync(manifest)).Must(HttpStatusCode.Created).Job;
        Assert.Equal((1, 2), ((int)job["gpu_req"]!, (int)job["gpu_lim"]!));
        await server.StatusEventuallyAsync("torch", "completed");

        var outputs = new List<string>();
        for (var rank = 0; rank < 3; rank++)
        {
            outputs.Add(
                (await server.Api.GetAsync($"/api/v1/jobs/torch/logs?rank={rank}")).Must(HttpStatusCode.OK).Text);
            Assert.Matches($"(?m)^{rank}/3 gpus [0-9],[0-9] port [0-9]+$", outputs[rank]);
        }

        Assert.Single(outputs.Select(output => output[output.IndexOf("port", StringComparison.Ordinal)..]).Distinct());
        (await server.Api.GetAsync("/api/v1/jobs/torch/logs?rank=3")).Must(HttpStatusCode.NotFound);
    }
}
