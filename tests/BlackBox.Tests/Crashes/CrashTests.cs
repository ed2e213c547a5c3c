using Sluice.BlackBox.Tests.Workloads;
using Xunit.Abstractions;

namespace Sluice.BlackBox.Tests.Crashes;

/// <summary>What was acknowledged survives kill -9, and what runs goes on. 200 cycles with SLUICE_TEST_FULL=1.</summary>
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
}
