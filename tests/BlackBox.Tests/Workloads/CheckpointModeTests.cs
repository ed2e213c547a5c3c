namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>GPUs that move only right after a checkpoint, so that no training work is lost.</summary>
public sealed class CheckpointModeTests
{
    [Fact]
    public async Task A_change_waits_for_the_next_checkpoint_whose_answer_carries_it()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4", "--scale-mode", "after-checkpoint");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("trains", 1, 4));
        Assert.Null((await server.Api.NotifyAsync("trains", at: 3e9, epochs: 1)).Json["resize"]);

        Assert.Equal("scheduled", WorkloadServer.Status(
            (await server.DeployAsync(jobs.Pod("arrival", 2, 2))).Must(HttpStatusCode.Created).Job));
        Assert.Equal(4, WorkloadServer.Gpus(await server.Api.JobAsync("trains")));
        Assert.Empty(jobs.Terms());

        var answer = await server.Api.NotifyAsync("trains", at: 3e9 + 5, epochs: 2);
        Assert.Equal(["message", "job", "resize"], answer.Json.AsObject().Select(part => part.Key));
        Assert.Equal(["gpus", "generation"], answer.Json["resize"]!.AsObject().Select(part => part.Key));
        Assert.Equal(2, (int)answer.Json["resize"]!["gpus"]!);
        Assert.True((long)answer.Json["resize"]!["generation"]! > 1);
        await server.RunsWithAsync(jobs, "trains", 2);
        await server.RunsWithAsync(jobs, "arrival", 2);

        jobs.Finish("arrival");
        await server.FreeGpusEventuallyAsync(2);
        await Patience.UntilAsync(
            async () => (await server.Api.NotifyAsync("trains", at: 3e9 + 10, epochs: 3)).Json["resize"] is { } resize
                ? (int)resize["gpus"]! == 4
                : WorkloadServer.Gpus(await server.Api.JobAsync("trains")) == 4,
            "the growth comes with a checkpoint");
        await server.RunsWithAsync(jobs, "trains", 4);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_trainer_may_notify_while_it_is_being_stopped()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--grace-seconds", "60");
        var jobs = new HolderJobs(server.Folder);
        jobs.MakeSlowToDie("trains");
        await server.RunJobAsync(jobs, jobs.Pod("trains", 1, 2, "sluice.dev/scale-mode: after-checkpoint"));
        (await server.DeployAsync(jobs.Pod("arrival", 1, 1))).Must(HttpStatusCode.Created);

        var first = await server.Api.NotifyAsync("trains", at: 3e9, epochs: 1);
        Assert.Equal(1, (int)first.Json["resize"]!["gpus"]!);
        await Patience.UntilAsync(() => jobs.Terms("trains").Count == 1, "it is asked to end");
        await server.Api.NotifyAsync("trains", at: 3e9 + 1, epochs: 1.5);

        jobs.LetDie("trains");
        await server.RunsWithAsync(jobs, "trains", 1);
        Assert.Equal(1.5, (double)(await server.Api.JobAsync("trains"))["completed_epochs"]!);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_deadline_bounds_the_wait_for_a_job_that_never_reports()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod(
            "silent", 1, 2, "sluice.dev/scale-mode: after-checkpoint, sluice.dev/checkpoint-deadline-seconds: \"1\""));

        await server.RunJobAsync(jobs, jobs.Pod("arrival", 1, 1));
        await server.RunsWithAsync(jobs, "silent", 1);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_jobs_own_mode_wins_over_the_servers()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--scale-mode", "after-checkpoint");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("willing", 1, 2, "sluice.dev/scale-mode: immediate"));

        await server.RunJobAsync(jobs, jobs.Pod("arrival", 1, 1));
        await server.RunsWithAsync(jobs, "willing", 1);
    }
}
