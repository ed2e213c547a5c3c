using System.Globalization;
using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Crashes;

/// <summary>Deaths while GPUs move: whatever was half done is finished, and no GPU is ever held by two.</summary>
public sealed class ResizeCrashTests
{
    /// <summary>Lines that a server says at most while it moves GPUs from one job to another.</summary>
    private const int MostSteps = 16;

    private static int Cycles => Math.Max(4, CrashCycles.Count / 4);

    [Theory]
    [InlineData(3)]
    public async Task A_death_in_the_middle_of_resizes_leaves_no_GPU_with_two_jobs(int seed)
    {
        var random = new Random(seed);
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("stays", 1, 4, restartPolicy: "OnFailure"));
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            var guest = string.Create(CultureInfo.InvariantCulture, $"guest-{cycle}");
            // The arrival is acknowledged; its GPUs, and what has to shrink for it, are on their way.
            (await server.DeployAsync(jobs.Pod(guest, 2, 2))).Must(HttpStatusCode.Created);
            await DieAndComeBackAsync(server, random, () => jobs.Starts(guest).Count > 0);
            await server.RunsWithAsync(jobs, guest, 2);
            await server.RunsWithAsync(jobs, "stays", 2);

            jobs.Finish(guest);
            await DieAndComeBackAsync(server, random, () => jobs.Starts("stays")[^1].Gpus.Length == 4);
            await server.StatusEventuallyAsync(guest, "completed");
            await server.RunsWithAsync(jobs, "stays", 4);
            Assert.Single(jobs.Starts(guest));
            Assert.Single(JobProcesses.Runners(server.DataFolder));
        }

        Assert.Equal(0, (int)(await server.Api.JobAsync("stays"))["restarts"]!);
        Assert.Empty(jobs.Violations);
    }

    [Theory]
    [InlineData(4)]
    public async Task A_death_in_the_middle_of_deletions_ends_what_was_deleted_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        for (var number = 1; number <= Cycles; number++)
        {
            var cycle = number;
            (await server.DeployAsync(jobs.Pod("name", 2, 2))).Must(HttpStatusCode.Created);
            await DieAndComeBackAsync(server, random, () => jobs.Starts().Count == cycle);
            await server.RunsWithAsync(jobs, "name", 2);
            (await server.Api.DeleteAsync("/delete_job", """{"job_name":"name"}""")).Must(HttpStatusCode.OK);
            await DieAndComeBackAsync(server, random, () => JobProcesses.Runners(server.DataFolder).Count == 0);
            Assert.Null(await server.Api.FindJobAsync("name"));
            Assert.Equal(cycle, jobs.Starts().Count);
        }

        await server.FreeGpusEventuallyAsync(2);
        Assert.Empty(JobProcesses.Runners(server.DataFolder));
        Assert.Empty(jobs.Violations);
    }

    /// <summary>
    /// Lets the server go on for some lines of its log, each a step of what it does, but not to the end.
    /// </summary>
    private static async Task DieAndComeBackAsync(SluiceServer server, Random random, Func<bool> isDone)
    {
        await server.KillAfterAsync(server.LinesOfLog + random.Next(MostSteps), () => Task.FromResult(isDone()));
        await server.StartAsync();
    }
}
