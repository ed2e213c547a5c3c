namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>Trainers that make their end hard: nothing of them is left, and no GPU is ever held by two.</summary>
public sealed class StubbornTests
{
    [Fact]
    public async Task A_name_added_again_while_its_processes_ignore_TERM_runs_once_they_are_killed_and_never_twice()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--grace-seconds", "3");
        var jobs = new HolderJobs(server.Folder);
        jobs.MakeSlowToDie("name");
        await server.RunJobAsync(jobs, jobs.Pod("name", 2, 2));
        var old = jobs.Starts()[0];

        (await server.Api.DeleteAsync("/delete_job", """{"job_name":"name"}""")).Must(HttpStatusCode.OK);
        (await server.DeployAsync(jobs.Pod("name", 1, 2))).Must(HttpStatusCode.Created);
        await Patience.UntilAsync(() => jobs.Terms().Count == 1, "the old one is asked to end");
        await Patience.UntilAsync(
            async () =>
            {
                // Looked at first: what is free may change after it, but never before the old one is gone.
                var (free, isAlive) = (await server.FreeGpusAsync(), JobProcesses.IsAlive(old.Pid));
                Assert.True(free == 0 || !isAlive, "its GPUs are free while it lives");
                Assert.True(jobs.Starts().Count == 1 || !isAlive, "a second one runs beside it");
                return jobs.Starts().Count == 2;
            },
            "the new one runs");

        await server.RunsWithAsync(jobs, "name", 2);
        Assert.NotEqual(old.Uid, jobs.Starts()[1].Uid);
        Assert.Equal([old.Pid], jobs.Terms().Select(note => note.Pid));
        Assert.Empty(jobs.Violations);
        Assert.Single(JobProcesses.Runners(server.DataFolder));
    }

    [Fact]
    public async Task A_checkpoint_that_is_reported_while_TERM_is_handled_is_taken()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        jobs.NotifyOnTerm("saves");
        await server.RunJobAsync(jobs, jobs.Pod("saves", 1, 2));

        (await server.Api.PutAsync("/update_job", """{"job_name":"saves","gpu_assigned":1}""")).Must(HttpStatusCode.OK);
        await server.RunsWithAsync(jobs, "saves", 1);
        var job = await server.Api.JobAsync("saves");
        Assert.Equal((200, 7, 0), (jobs.Notified[0].Status, (int)job["completed_epochs"]!, (int)job["restarts"]!));

        // Of a job that is deleted nothing is kept; its trainer is told so at once and ends.
        (await server.Api.DeleteAsync("/delete", """{"names":["saves"]}""")).Must(HttpStatusCode.OK);
        await server.FreeGpusEventuallyAsync(2);
        Assert.Equal([200, 404], jobs.Notified.Select(note => note.Status ?? 0));
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task No_process_of_a_job_is_left_however_it_was_forked()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1", "--grace-seconds", "1");
        var pids = Path.Combine(server.Folder, "pids");
        var loop = $"trap '' TERM; echo $$ >> {pids}; while :; do sleep 0.1; done";
        var script = $"export LOOP=\"{loop.Replace("$", "\\$", StringComparison.Ordinal)}\"\n"
            + """
            sh -c "$LOOP" &
            (setsid sh -c "$LOOP" &)
            env -i setsid sh -c "$LOOP" &
            eval "$LOOP"
            """;
        (await server.DeployAsync(JobManifests.Pod("forks", 1, 1, JobManifests.Shell(script))))
            .Must(HttpStatusCode.Created);
        await Patience.UntilAsync(() => File.Exists(pids) && File.ReadAllLines(pids).Length == 4, "all four run");
        await server.StatusEventuallyAsync("forks", "running");

        (await server.Api.DeleteAsync("/delete", """{"names":["forks"]}""")).Must(HttpStatusCode.OK);

        await server.FreeGpusEventuallyAsync(1);
        Assert.DoesNotContain(File.ReadAllLines(pids), pid => JobProcesses.IsAlive(int.Parse(pid)));
    }

    [Fact]
    public async Task A_job_that_exits_with_0_just_as_it_is_resized_has_completed_and_is_not_started_again()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("done", 1, 2));
        var start = jobs.Starts()[0];
        var runner = JobProcesses.RunnerOf(server.DataFolder, start.Uid)!.Value;

        // Nobody hears of the exit before the stop for the resize is on its way.
        Signals.SendStop(runner);
        jobs.Finish("done");
        await Patience.UntilAsync(() => !JobProcesses.IsAlive(start.Pid), "it has exited");
        (await server.Api.PutAsync("/update_job", """{"job_name":"done","gpu_assigned":1}""")).Must(HttpStatusCode.OK);
        var stop = Path.Combine(server.DataFolder, "runs", start.Uid, "attempt-1", "stop");
        await Patience.UntilAsync(() => File.Exists(stop), "it is to be stopped");
        Signals.SendContinue(runner);

        await server.StatusEventuallyAsync("done", "completed");
        await server.FreeGpusEventuallyAsync(2);
        Assert.Single(jobs.Starts());
        Assert.Empty(jobs.Terms());
        Assert.Equal(0, (int)(await server.Api.JobAsync("done"))["restarts"]!);
    }
}
