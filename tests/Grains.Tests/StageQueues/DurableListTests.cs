using System.Collections.Concurrent;
using System.Text;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Testing;

namespace Sluice.Grains.Tests.StageQueues;

public sealed class DurableListTests
{
    [Fact]
    public async Task Of_32_workers_that_ask_at_once_no_two_get_the_same_job_and_all_jobs_are_done()
    {
        await using var world = await DurableLists.StartAsync();
        await world.AddAsync(500);
        var done = new ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async worker =>
        {
            for (var turn = 0; ; turn++)
            {
                var answer = await world.List.HandOutAsync(
                    new() { Stage = 0, Next = 1, OperationId = $"get-{worker}-{turn}" });
                if (answer.Job is not { } job)
                {
                    return;
                }

                done.Add(job.JobId);
                var moved = await world.List.MoveAsync(new()
                {
                    JobId = job.JobId, Stage = 2, OperationId = $"move-{worker}-{turn}", Caller = "here", Lease = job.Lease,
                });
                Assert.Equal(MoveOutcome.Done, moved.Outcome);
            }
        }));

        Assert.Equal(Enumerable.Range(0, 500).Select(id => (long)id), done.Order());
        var progress = await world.List.GetProgressAsync();
        Assert.Equal((500, 2), (progress.JobCount, Assert.Single(progress.Stages).Stage));
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_restart()
    {
        await using var world = await DurableLists.StartAsync();
        await world.List.InitializeAsync(new([5, 0.5]));
        await world.AddAsync(3);
        var first = await world.List.HandOutAsync(
            new() { Stage = 0, Next = 1, OperationId = "key", IsKey = true, LeaseSeconds = 60.5 });
        await world.List.MoveAsync(new()
        {
            JobId = 2, Stage = 4, OperationId = "m", Caller = "c", FileName = "a/ü.h5", Command = DurableLists.Json("[1, 2]"),
        });
        await world.List.ChangeSettingsAsync(new(Redeliver: true));
        var before = await ShowAsync(world);

        await world.RestartAsync();

        Assert.Equal(before, await ShowAsync(world));
        var repeated = await world.List.HandOutAsync(
            new() { Stage = 0, Next = 1, OperationId = "key", IsKey = true, LeaseSeconds = 60.5 });
        Assert.Equal(first.Job! with { Command = default }, repeated.Job! with { Command = default });
        Assert.Equal("""{"run":0}""", Encoding.UTF8.GetString(repeated.Job!.Command.Span));
    }

    [Fact]
    public async Task A_lease_that_is_over_is_taken_back_without_anyone_asking()
    {
        await using var world = await DurableLists.StartAsync();
        await world.AddAsync(1);
        var job = (await world.List.HandOutAsync(
            new() { Stage = 0, Next = 1, OperationId = "a", LeaseSeconds = 1 })).Job!;
        await world.RestartAsync();

        await Eventually.IsTrueAsync(
            async () => (await world.List.ReadJobsAsync(new() { Max = 1 })).Jobs[0].FailedAttempts == 1,
            "the lease is over");

        Assert.Equal(MoveOutcome.LeaseOver, (await world.List.ExtendLeaseAsync(new(0, job.Lease, 1))).Outcome);
    }

    private static async Task<string> ShowAsync(DurableLists world)
    {
        var progress = await world.List.GetProgressAsync();
        var page = await world.List.ReadJobsAsync(new() { Max = 100 });
        return string.Join('\n', page.Jobs.Select(job =>
                $"{job with { Command = default }} {Encoding.UTF8.GetString(job.Command.Span)}"))
            + string.Join('\n', progress.Stages) + progress with { Stages = [] } + page.Next;
    }
}
