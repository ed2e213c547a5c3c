namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>How jobs end, by themselves and by request.</summary>
public sealed class EndingTests
{
    [Theory]
    [InlineData("/update_job_status")]
    [InlineData("/update_job")]
    public async Task The_status_completed_ends_a_job_and_its_GPUs_are_free_when_its_processes_are_gone(string path)
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--grace-seconds", "60");
        var jobs = new HolderJobs(server.Folder);
        jobs.MakeSlowToDie("done");
        await server.RunJobAsync(jobs, jobs.Pod("done", 2, 2));

        var answer = await server.Api.PutAsync(path, """{"job_name":"done","status":"completed"}""");
        Assert.Equal("completed", WorkloadServer.Status(answer.Must(HttpStatusCode.OK).Job));
        await Patience.UntilAsync(() => jobs.Terms().Count == 1, "it is asked to end");
        Assert.Equal(0, await server.FreeGpusAsync());
        Assert.Empty(await server.Api.ListAsync("/get_jobs_by_arrival"));

        jobs.LetDie("done");
        await server.FreeGpusEventuallyAsync(2);
        var job = await server.Api.JobAsync("done");
        Assert.Equal(("completed", 0), (WorkloadServer.Status(job), WorkloadServer.Gpus(job)));
        Assert.Single(jobs.Starts());
    }

    [Fact]
    public async Task A_name_is_free_at_once_and_never_runs_twice_however_long_the_old_processes_take_to_die()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--grace-seconds", "60");
        var jobs = new HolderJobs(server.Folder);
        jobs.MakeSlowToDie("name");
        await server.RunJobAsync(jobs, jobs.Pod("name", 2, 2));

        (await server.Api.DeleteAsync("/delete_job", """{"job_name":"name"}""")).Must(HttpStatusCode.OK);
        Assert.Null(await server.Api.FindJobAsync("name"));
        var anew = (await server.DeployAsync(jobs.Pod("name", 2, 2))).Must(HttpStatusCode.Created).Job;
        Assert.Equal("scheduled", WorkloadServer.Status(anew));
        await Patience.UntilAsync(() => jobs.Terms().Count == 1, "the old one is asked to end");
        (await server.Api.DeleteAsync("/delete_job", """{"job_name":"name"}""")).Must(HttpStatusCode.OK);
        (await server.DeployAsync(jobs.Pod("name", 1, 2))).Must(HttpStatusCode.Created);
        Assert.Single(jobs.Starts());

        jobs.LetDie("name");
        await server.RunsWithAsync(jobs, "name", 2);
        Assert.Equal(2, jobs.Starts().Select(note => note.Uid).Distinct().Count());
        Assert.Equal(2, jobs.Starts().Count);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_process_that_ignores_TERM_is_killed_after_the_grace_period()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1", "--grace-seconds", "1");
        var jobs = new HolderJobs(server.Folder);
        jobs.MakeSlowToDie("stubborn");
        await server.RunJobAsync(jobs, jobs.Pod("stubborn", 1, 1));

        (await server.Api.DeleteAsync("/delete", """{"names":["stubborn"]}""")).Must(HttpStatusCode.OK);
        await server.FreeGpusEventuallyAsync(1);
        Assert.Single(jobs.Terms());
        Assert.False(JobProcesses.IsAlive(jobs.Starts()[0].Pid));
    }

    [Fact]
    public async Task Deleting_several_jobs_has_one_result_a_name_in_their_order()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("managed", 1, 1));
        await server.Api.AddJobAsync("external");

        var results = (await server.Api.DeleteAsync("/delete", """{"names":["external","nobody","managed"]}"""))
            .Must(HttpStatusCode.OK).Json["results"]!.AsArray();
        Assert.Equal(["external", "nobody", "managed"], results.Select(result => (string)result!["name"]!));
        Assert.Equal("[]", (await server.Api.GetAsync("/get_all_jobs")).Compact);
        await server.FreeGpusEventuallyAsync(2);
    }

    [Fact]
    public async Task A_waiting_job_that_is_deleted_never_runs()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("runs", 1, 1));
        await server.DeployAsync(jobs.Pod("waits", 1, 1));
        await server.DeployAsync(jobs.Pod("next", 1, 1));

        (await server.Api.DeleteAsync("/delete_job", """{"job_name":"waits"}""")).Must(HttpStatusCode.OK);
        jobs.Finish("runs");
        await server.RunsWithAsync(jobs, "next", 1);
        Assert.Empty(jobs.Starts("waits"));
    }
}
