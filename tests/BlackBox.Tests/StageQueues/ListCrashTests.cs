using System.Collections.Concurrent;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>Kills a server again and again while lists are filled and worked on.</summary>
public sealed class ListCrashTests
{
    private const int BatchSize = 50;
    private const int Fillers = 4;
    private const int Workers = 12;
    private const int MostSteps = 400;

    private readonly ConcurrentDictionary<long, byte> _set = new();
    private readonly ConcurrentDictionary<long, int> _leastStage = new();
    private readonly ConcurrentDictionary<string, byte> _leases = new();
    private long _lastId;
    private int _steps;

    private static int Cycles => Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1" ? 100 : 6;

    [Fact]
    public async Task What_was_acknowledged_is_there_after_every_death()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        var random = new Random(41);
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            await RunUntilKilledAsync(server, list, random.Next(MostSteps)).InTimeAsync();
            await server.StartAsync();
            await AssertNothingLostAsync(list);
        }

        Assert.NotEmpty(_leastStage);
    }

    private async Task RunUntilKilledAsync(SluiceServer server, QueueClient list, int steps)
    {
        _steps = steps;
        var dead = new CancellationTokenSource();
        var load = Enumerable.Range(0, Fillers).Select(_ => UntilDeadAsync(() => FillAsync(list), dead.Token))
            .Concat(Enumerable.Range(0, Workers).Select(_ => UntilDeadAsync(() => WorkAsync(list), dead.Token)))
            .ToArray();
        await Patience.UntilAsync(() => Volatile.Read(ref _steps) <= 0, $"{steps} steps are done");
        server.Kill();
        await dead.CancelAsync();
        await Task.WhenAll(load);
        dead.Dispose();
    }

    private async Task FillAsync(QueueClient list)
    {
        var last = Interlocked.Add(ref _lastId, BatchSize);
        var ids = Enumerable.Range(1, BatchSize).Select(index => last - BatchSize + index).ToList();
        (await list.SetAsync(ids)).Must(HttpStatusCode.OK);
        ids.ForEach(id => Assert.True(_set.TryAdd(id, 0)));
    }

    private async Task WorkAsync(QueueClient list)
    {
        if (await list.TakeAsync(0) is not { } job) return;
        // No hand-out is ever taken back here: the same lease or job twice would be two workers with one job.
        Assert.True(_leases.TryAdd(job.Lease, 0), $"{job.Lease} was given twice");
        Assert.True(_leastStage.TryAdd(job.JobId, 1), $"job {job.JobId} was given twice");
        (await list.UpdateAsync(job.JobId, 2, ("Lease", job.Lease))).Must(HttpStatusCode.OK);
        _leastStage[job.JobId] = 2;
    }

    private async Task UntilDeadAsync(Func<Task> step, CancellationToken dead)
    {
        while (!dead.IsCancellationRequested)
        {
            try
            {
                await step();
                Interlocked.Decrement(ref _steps);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private async Task AssertNothingLostAsync(QueueClient list)
    {
        var jobs = await list.JobsAsync();
        Assert.Empty(_set.Keys.Except(jobs.Keys));
        // Batches are there whole or not at all, acknowledged or not.
        Assert.All(jobs.Keys.GroupBy(id => (id - 1) / BatchSize), batch => Assert.Equal(BatchSize, batch.Count()));
        foreach (var (id, stage) in _leastStage)
        {
            Assert.InRange((int)jobs[id]["jobstage"]!, stage, 2);
        }
    }
}
