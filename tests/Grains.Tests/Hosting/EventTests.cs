using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Tests.Hosting;

public sealed class EventTests
{
    [Fact]
    public async Task The_life_of_two_jobs_is_told_in_order()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 4);
        await world.RunExecutorAsync();
        await world.DeployAsync("b", 2, 2);
        await world.RunExecutorAsync();
        await world.ReportAsync(await world.DesiredAsync("b"), RunPhase.Exited, exitCode: 0);
        await world.DeliveredAsync();

        var events = await ReadAsync(world);

        Assert.Equal(Enumerable.Range(1, events.Count).Select(number => (long)number), events.Select(happened => happened.Number));
        Assert.Equal("node-added", events[0].Kind);
        Assert.Equal(
            ["deployed", "admitted", "running", "resized", "running", "resized"],
            events.Where(happened => happened.Job == "a").Select(happened => happened.Kind));
        Assert.Equal(
            ["deployed", "waiting", "admitted", "running", "completed"],
            events.Where(happened => happened.Job == "b").Select(happened => happened.Kind));
        var resized = events.First(happened => happened.Kind == "resized");
        Assert.Contains("b needs 2 GPUs", resized.Reason, StringComparison.Ordinal);
        Assert.Equal(["completed", "resized"], events.TakeLast(2).Select(happened => happened.Kind));
    }

    [Fact]
    public async Task Repeated_calls_and_reports_tell_nothing_twice()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 2);
        await world.RunExecutorAsync();
        var before = await ReadAsync(world);

        await world.DeployAsync("a", 1, 2);
        await world.ReportAsync(await world.DesiredAsync("a"), RunPhase.Running);
        await world.Job("a").UpdateCheckpointAsync(
            new() { LastCheckpointTime = Number.Of(1e9), CompletedEpochs = Number.Of(1) });
        await world.Capacity.ReportNodesAsync(
            new() { Executor = "test", Nodes = [new("node", 4, IsSimulated: true)] });

        Assert.Equal(before, await ReadAsync(world));
    }

    [Fact]
    public async Task Events_go_on_by_number_after_a_restart()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 2);
        await world.RunExecutorAsync();
        var before = await ReadAsync(world);

        await world.RestartAsync();
        await world.Job("a").DeleteAsync();
        var after = await ReadAsync(world);

        Assert.Equal(before, after.Take(before.Count));
        Assert.Equal((before.Count + 1L, "deleted"), (after[before.Count].Number, after[before.Count].Kind));
    }

    [Fact]
    public async Task External_jobs_are_in_no_event()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.Job("theirs").AddAsync(new() { GpuReq = 1, GpuLim = 2, GpuAssigned = 1 });
        await world.Job("theirs").UpdateStatusAsync(new() { Status = JobStatus.Completed });
        await world.Job("theirs").DeleteAsync();

        Assert.DoesNotContain(await ReadAsync(world), happened => happened.Job is not null);
    }

    [Fact]
    public async Task Pages_of_one_jobs_events_lead_to_the_newest()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 2);
        await world.DeployAsync("b", 1, 2);

        var first = await world.Capacity.ReadEventsAsync(new() { Job = "a", After = 0, Limit = 1 });
        var second = await world.Capacity.ReadEventsAsync(new() { Job = "a", After = first.Next, Limit = 5 });
        var all = await ReadAsync(world);

        Assert.Equal(["deployed", "admitted"], [first.Events.Single().Kind, second.Events.Single().Kind]);
        Assert.Equal(first.Events[0].Number, first.Next);
        Assert.Equal(all[^1].Number, second.Next);
        Assert.Equal("admitted", Assert.Single(
            (await world.Capacity.ReadEventsAsync(new() { Job = "a", Limit = 1 })).Events).Kind);
    }

    [Fact]
    public async Task A_reader_that_may_wait_gets_the_next_event_when_it_comes()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        var newest = (await ReadAsync(world))[^1].Number;

        var waiting = world.Capacity.ReadEventsAsync(new() { After = newest, Limit = 10, MayWait = true });
        await world.DeployAsync("a", 1, 2);

        // It waits a second at the most, which a busy machine may need for the deployment.
        var page = await waiting;
        if (page.Events.IsEmpty)
        {
            page = await world.Capacity.ReadEventsAsync(new() { After = page.Next, Limit = 10 });
        }

        Assert.Equal("deployed", page.Events[0].Kind);
    }

    private static async Task<List<ClusterEvent>> ReadAsync(GrainWorld world) =>
        [.. (await world.Capacity.ReadEventsAsync(new() { After = 0, Limit = EventQuery.MaxEvents })).Events];
}
