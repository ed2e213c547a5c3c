namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>Workers as the document of the original shows them, in Python, many at once.</summary>
public sealed class PythonWorkerTests
{
    private const int Threads = 32;
    private const int Jobs = 600;
    private const int Kills = 3;

    [Fact]
    public async Task Every_job_is_done_once_by_32_workers_at_once()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        Assert.Equal($"Accepted to {list.Number}!", await PythonWorkers.FillAsync(server.Address, list.Number, Jobs));

        using var workers = PythonWorkers.Start(server.Address, list.Number, Threads);
        await workers.EndAsync();

        Assert.Equal(Jobs, workers.Got.Count);
        Assert.Equal(AllIds, workers.Got.Order());
        Assert.Equal(AllIds, workers.Done.Order());
        await AssertAllDoneAsync(list);
    }

    [Fact]
    public async Task No_job_is_given_twice_and_nothing_acknowledged_is_lost_while_the_server_is_killed()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        await PythonWorkers.FillAsync(server.Address, list.Number, Jobs);

        using var workers = PythonWorkers.Start(server.Address, list.Number, Threads);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var enough = kill * Jobs / (Kills + 2);
            await Patience.UntilAsync(() => workers.Done.Count >= enough, $"{enough} jobs are done");
            server.Kill();
            await server.StartAsync();
        }

        await workers.EndAsync();
        var given = workers.Got;
        Assert.Equal(given.Count, given.Distinct().Count());
        Assert.Equal(given.Order(), workers.Done.Order());
        // What is not done was handed out in an answer that never came, and waits to be taken back.
        var lost = AllIds.Except(workers.Done).ToHashSet();
        Assert.InRange(lost.Count, 0, workers.LostCount);
        foreach (var (id, job) in await list.JobsAsync())
        {
            Assert.Equal((id, lost.Contains(id) ? 1 : 2, lost.Contains(id)),
                (id, (int)job["jobstage"]!, (bool)job["handed_out"]!));
        }

        await RedoAsync(list, lost.Count);
        using var second = PythonWorkers.Start(server.Address, list.Number, Threads);
        await second.EndAsync();
        Assert.Equal(lost.Order(), second.Got.Order());
        await AssertAllDoneAsync(list);
    }

    private static IEnumerable<long> AllIds => Enumerable.Range(1, Jobs).Select(id => (long)id);

    /// <summary>As the owner of a list of the original does: a lifetime, a look, and a move back.</summary>
    private static async Task RedoAsync(QueueClient list, int count)
    {
        (await list.GetAsync("/lifetime/1/0.0001")).Must(HttpStatusCode.OK);
        await Patience.UntilAsync(
            async () => (int)(await list.ProgressAsync())["flagged"]! == count, $"{count} jobs are over their time");
        var check = (await list.GetAsync("/check_stages")).Must(HttpStatusCode.OK).Json;
        Assert.Equal(count == 0, (int)check["Are all simulations within time frame?"]! > 0);
        var redo = (await list.GetAsync("/check_stages/1/0")).Must(HttpStatusCode.OK).Json;
        Assert.Equal(count, (int)redo["n_bad_jobs were degraded:"]!);
        (await list.GetAsync("/lifetime/1/0")).Must(HttpStatusCode.OK);
    }

    private static async Task AssertAllDoneAsync(QueueClient list)
    {
        var jobs = await list.JobsAsync();
        Assert.Equal(Jobs, jobs.Count);
        foreach (var (id, job) in jobs)
        {
            Assert.Equal((id, 2, false), (id, (int)job["jobstage"]!, (bool)job["handed_out"]!));
            Assert.Equal(id % 2 == 0 ? null : $"/results/{id}.h5", (string?)job["filename"]);
        }
    }
}
