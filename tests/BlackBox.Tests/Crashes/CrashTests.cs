using Sluice.BlackBox.Tests.Workloads;
using Xunit.Abstractions;

namespace Sluice.BlackBox.Tests.Crashes;

/// <summary>
/// What was acknowledged survives kill -9, and what runs goes on. 200 cycles with SLUICE_TEST_FULL=1.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    public async Task No_acknowledged_write_is_lost_at_any_moment_of_death(int seed)
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        await new CrashCycles(server, new WriteLoad(), seed, output).RunAsync(CrashCycles.Count);
    }

    [Theory]
    [InlineData(2)]
    public async Task Managed_jobs_run_on_through_all_of_it_each_once(int seed)
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "6");
        var jobs = new HolderJobs(server.Folder);
        string[] names = ["one", "two", "three", "gang"];
        foreach (var name in names[..3])
        {
            await server.RunJobAsync(jobs, jobs.Pod(name, 1, 1));
        }

        await server.RunJobAsync(jobs, jobs.Gang("gang", replicas: 2, least: 1, most: 1), replicas: 2);
        var started = jobs.Starts();
        await new CrashCycles(server, new WriteLoad(), seed, output).RunAsync(
            CrashCycles.Count,
            async () =>
            {
                Assert.Equal(started.Select(note => note.ToString()), jobs.Starts().Select(note => note.ToString()));
                Assert.All(started, note => Assert.True(JobProcesses.IsAlive(note.Pid), $"{note} lives"));
                Assert.Equal(names.Length, JobProcesses.Runners(server.DataFolder).Count);
                foreach (var name in names)
                {
                    Assert.Equal("running", WorkloadServer.Status(await server.Api.JobAsync(name)));
                }

                Assert.Equal(1, await server.FreeGpusAsync());
            });

        jobs.FinishAll();
        foreach (var name in names)
        {
            await server.StatusEventuallyAsync(name, "completed");
            Assert.Equal(0, (int)(await server.Api.JobAsync(name))["restarts"]!);
        }

        await server.FreeGpusEventuallyAsync(6);
        Assert.Equal(started.Count, jobs.Starts().Count);
        Assert.Empty(jobs.Violations);
        Assert.Empty(JobProcesses.Runners(server.DataFolder));
    }

    [Fact]
    public async Task A_job_that_ended_while_the_server_was_away_is_known_to_have_ended()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("completes", 1, 1));
        await server.RunJobAsync(jobs, jobs.Pod("fails", 1, 1));

        server.Kill();
        jobs.Finish("completes");
        jobs.Fail("fails");
        await Patience.UntilAsync(
            () => JobProcesses.Runners(server.DataFolder).Count == 0, "both have ended");
        await server.StartAsync();
        await server.StatusEventuallyAsync("completes", "completed");
        await server.StatusEventuallyAsync("fails", "failed");
        await server.FreeGpusEventuallyAsync(2);
        Assert.Equal(2, jobs.Starts().Count);
    }

    [Fact]
    public async Task A_runner_that_is_killed_leaves_nothing_behind_and_its_job_is_started_anew()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("orphaned", 2, 2, restartPolicy: "OnFailure"));
        var first = jobs.Starts().Single();

        Signals.SendKill(JobProcesses.RunnerOf(server.DataFolder, first.Uid)!.Value);
        await Patience.UntilAsync(() => jobs.Starts().Count == 2, "it is started anew");
        Assert.False(JobProcesses.IsAlive(first.Pid));
        await server.RunsWithAsync(jobs, "orphaned", 2);
        Assert.Equal(1, (int)(await server.Api.JobAsync("orphaned"))["restarts"]!);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_runner_that_is_killed_together_with_the_server_is_noticed_at_the_next_start()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("orphaned", 2, 2, restartPolicy: "OnFailure"));
        var first = jobs.Starts().Single();

        server.Kill();
        Signals.SendKill(JobProcesses.RunnerOf(server.DataFolder, first.Uid)!.Value);
        await server.StartAsync();
        await Patience.UntilAsync(() => jobs.Starts().Count == 2, "it is started anew");
        Assert.False(JobProcesses.IsAlive(first.Pid));
        await server.RunsWithAsync(jobs, "orphaned", 2);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_server_that_is_asked_to_end_leaves_its_jobs_running_for_the_next_one()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("stays", 1, 2));

        Assert.Equal(0, await server.StopAsync());
        Assert.True(JobProcesses.IsAlive(jobs.Starts().Single().Pid));
        await server.StartAsync();
        Assert.Equal("running", WorkloadServer.Status(await server.Api.JobAsync("stays")));
        jobs.FinishAll();
        await server.StatusEventuallyAsync("stays", "completed");
        Assert.Single(jobs.Starts());
        Assert.Empty(jobs.Terms());
    }

    [Fact]
    public async Task With_fewer_GPUs_at_the_next_start_a_job_moves_to_what_is_there()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("shrinks", 1, 4));

        server.Kill();
        server.SetOptions("--gpus", "2");
        await server.StartAsync();
        await server.RunsWithAsync(jobs, "shrinks", 2);
        Assert.All(jobs.Starts()[^1].Gpus, gpu => Assert.InRange(gpu, 0, 1));
        server.Kill();
        server.SetOptions("--gpus", "4");
        await server.StartAsync();
        await server.RunsWithAsync(jobs, "shrinks", 4);
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task An_idempotency_key_is_remembered_over_a_death()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        await server.Api.AddJobAsync("counted");
        var first = await IncrementAsync();
        server.Kill();
        await server.StartAsync();

        Assert.Equal(first, await IncrementAsync());
        Assert.Equal(1, (int)(await server.Api.JobAsync("counted"))["restarts"]!);

        async Task<string> IncrementAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Put, "/increment_restarts")
            {
                Content = new StringContent("""{"job_name":"counted"}"""),
            };
            request.Headers.Add("Idempotency-Key", "once");
            return (await server.Api.SendAsync(request)).Must(HttpStatusCode.OK).Compact;
        }
    }
}
