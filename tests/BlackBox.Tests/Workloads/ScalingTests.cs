namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>GPUs that move between running jobs, at once.</summary>
public sealed class ScalingTests
{
    [Fact]
    public async Task An_arrival_takes_GPUs_of_the_job_with_the_most_recent_checkpoint_and_its_end_gives_them_back()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "8");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("old", 1, 4));
        await server.RunJobAsync(jobs, jobs.Pod("recent", 1, 4));
        await server.Api.NotifyAsync("old", at: 3e9, epochs: 1);
        await server.Api.NotifyAsync("recent", at: 3e9 + 5, epochs: 1);

        await server.RunJobAsync(jobs, jobs.Pod("arrival", 2, 2));
        await server.RunsWithAsync(jobs, "recent", 2);
        Assert.Single(jobs.Starts("old"));
        Assert.Equal(1, (int)(await server.Api.JobAsync("recent"))["completed_epochs"]!);

        jobs.Finish("arrival");
        await server.RunsWithAsync(jobs, "recent", 4);
        Assert.Equal([4, 2, 4], jobs.Starts("recent").Select(note => note.Gpus.Length));
        Assert.Single(jobs.Starts("old"));
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task An_arrival_waits_until_the_processes_that_held_its_GPUs_are_gone()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--grace-seconds", "60");
        var jobs = new HolderJobs(server.Folder);
        jobs.MakeSlowToDie("slow");
        await server.RunJobAsync(jobs, jobs.Pod("slow", 1, 2));

        (await server.DeployAsync(jobs.Pod("arrival", 1, 1))).Must(HttpStatusCode.Created);
        await Patience.UntilAsync(() => jobs.Terms("slow").Count == 1, "the running job is asked to end");
        // It holds both GPUs as long as it lives.
        Assert.Equal(0, await server.FreeGpusAsync());
        Assert.Empty(jobs.Starts("arrival"));

        jobs.LetDie("slow");
        await server.RunsWithAsync(jobs, "slow", 1);
        await server.RunsWithAsync(jobs, "arrival", 1);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_deletion_gives_the_waiting_first_and_then_the_running_what_was_held()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("deleted", 3, 3));
        await server.RunJobAsync(jobs, jobs.Pod("grows", 1, 2));
        (await server.DeployAsync(jobs.Pod("waits", 2, 2))).Must(HttpStatusCode.Created);
        await server.StatusEventuallyAsync("waits", "scheduled");

        (await server.Api.DeleteAsync("/delete", """{"names":["deleted"]}""")).Must(HttpStatusCode.OK);
        await server.RunsWithAsync(jobs, "waits", 2);
        await server.RunsWithAsync(jobs, "grows", 2);
        Assert.Null(await server.Api.FindJobAsync("deleted"));
        Assert.Single(jobs.Terms("deleted"));
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task Nothing_is_shrunk_for_an_arrival_that_would_not_fit_even_then()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("runs", 2, 4));
        Assert.Equal("scheduled", WorkloadServer.Status((await server.DeployAsync(jobs.Pod("large", 3, 3))).Job));

        await server.Api.NotifyAsync("runs", at: 3e9, epochs: 1);
        Assert.Equal(4, WorkloadServer.Gpus(await server.Api.JobAsync("runs")));
        Assert.Empty(jobs.Terms());
    }

    [Fact]
    public async Task A_job_is_not_shrunk_before_it_has_run_its_minimum_time()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("young", 1, 4, "sluice.dev/min-run-seconds: \"3600\""));

        Assert.Equal("scheduled", WorkloadServer.Status(
            (await server.DeployAsync(jobs.Pod("arrival", 1, 1))).Must(HttpStatusCode.Created).Job));
        await server.Api.NotifyAsync("young", at: 3e9, epochs: 1);
        Assert.Equal(4, WorkloadServer.Gpus(await server.Api.JobAsync("young")));
        Assert.Empty(jobs.Terms());
    }

    [Fact]
    public async Task A_wish_is_clipped_to_what_is_feasible_and_a_scaling_takes_it_back()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("wish", 1, 3));

        Assert.Equal(1, await WishAsync(server, "wish", "\"gpu_assigned\":1"));
        await server.RunsWithAsync(jobs, "wish", 1);
        await server.FreeGpusEventuallyAsync(3);
        var scaled = (await server.Api.PostAsync("/scale", """{"name":"wish"}""")).Must(HttpStatusCode.OK).Json;
        Assert.Equal(("wish", 1, 3), ((string)scaled["name"]!, (int)scaled["previous"]!, (int)scaled["assigned"]!));
        await server.RunsWithAsync(jobs, "wish", 3);

        Assert.Equal(3, await WishAsync(server, "wish", "\"gpu_assigned\":1000"));
        Assert.Equal(1, await WishAsync(server, "wish", "\"gpu_assigned\":0"));
        await server.RunsWithAsync(jobs, "wish", 1);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_lower_limit_is_held_to_and_a_higher_one_is_used()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("range", 1, 3));

        var lower = (await server.Api.PutAsync("/update_job", """{"job_name":"range","gpu_lim":2}"""))
            .Must(HttpStatusCode.OK).Job;
        Assert.Equal((2, 2), ((int)lower["gpu_lim"]!, WorkloadServer.Gpus(lower)));
        await server.RunsWithAsync(jobs, "range", 2);
        (await server.Api.PutAsync("/update_job", """{"job_name":"range","gpu_lim":4}""")).Must(HttpStatusCode.OK);
        (await server.Api.PostAsync("/scale", """{"name":"range"}""")).Must(HttpStatusCode.OK);
        await server.RunsWithAsync(jobs, "range", 4);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task Scaling_without_a_name_takes_the_most_recent_checkpoint_and_says_when_there_is_none()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        Assert.Equal("null", await BestAsync());
        await server.RunJobAsync(jobs, jobs.Pod("a", 1, 2));
        await server.RunJobAsync(jobs, jobs.Pod("b", 1, 2));
        await server.Api.AddJobAsync(
            "external", """ "gpu_req":1,"gpu_lim":9,"gpu_assigned":1,"job_arrival_time":9e9""");
        await WishAsync(server, "a", "\"gpu_assigned\":1");
        await WishAsync(server, "b", "\"gpu_assigned\":1");
        await server.RunsWithAsync(jobs, "a", 1);
        await server.RunsWithAsync(jobs, "b", 1);
        await server.FreeGpusEventuallyAsync(2);
        await server.Api.NotifyAsync("b", at: 3e9, epochs: 1);
        await server.Api.NotifyAsync("a", at: 3e9 + 1, epochs: 1);

        Assert.Equal("a", await BestAsync());
        Assert.Equal("b", await BestAsync());
        Assert.Equal("null", await BestAsync());
        await server.RunsWithAsync(jobs, "b", 2);

        async Task<string> BestAsync() =>
            (string?)(await server.Api.PostAsync("/scale", "{}")).Must(HttpStatusCode.OK).Json["name"] ?? "null";
    }

    [Fact]
    public async Task A_scaling_that_cannot_be_says_why()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        (await server.Api.PostAsync("/scale", """{"name":"nobody"}"""))
            .MustFail(HttpStatusCode.NotFound, "Job not found");
        await server.Api.AddJobAsync("external");
        Assert.NotNull(
            (await server.Api.PostAsync("/scale", """{"name":"external"}""")).Must(HttpStatusCode.Conflict).Error);

        await server.RunJobAsync(jobs, jobs.Pod("ended", 1, 1));
        jobs.Finish("ended");
        await server.StatusEventuallyAsync("ended", "completed");
        Assert.NotNull(
            (await server.Api.PostAsync("/scale", """{"name":"ended"}""")).Must(HttpStatusCode.Conflict).Error);

        await server.RunJobAsync(jobs, jobs.Pod("full", 1, 1));
        var full = (await server.Api.PostAsync("/scale", """{"name":"full"}""")).Must(HttpStatusCode.OK).Json;
        Assert.Equal((1, 1), ((int)full["previous"]!, (int)full["assigned"]!));
    }

    private static async Task<int> WishAsync(SluiceServer server, string name, string wish) => WorkloadServer.Gpus(
        (await server.Api.PutAsync("/update_job", $$"""{"job_name":"{{name}}",{{wish}}}""")).Must(HttpStatusCode.OK)
            .Job);
}
