using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Tests.Hosting;

public sealed class ElasticJobTests
{
    [Fact]
    public async Task A_deployed_job_gets_its_GPUs_in_the_answer_and_a_repeat_changes_nothing()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 8);
        var first = await world.DeployAsync("a", 2, 4);
        Assert.Equal((DeployOutcome.Created, 4), (first.Outcome, first.Job!.GpuAssigned));
        Assert.Equal("admitted with 4 of 2 to 4 GPUs: 8 were free", first.Reason);
        var again = await world.DeployAsync("a", 2, 4);
        Assert.Equal((DeployOutcome.Unchanged, 4), (again.Outcome, again.Job!.GpuAssigned));
        Assert.Equal(DeployOutcome.Conflict, (await world.DeployAsync("a", 1, 4)).Outcome);
        Assert.Equal(1, (await world.DesiredAsync("a")).Attempt);
    }

    [Fact]
    public async Task GPUs_move_to_an_arrival_only_after_the_executor_has_confirmed()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 4);
        await world.RunExecutorAsync();
        var arrival = await world.DeployAsync("b", 2, 2);
        Assert.Equal("scheduled", arrival.Job!.Status);
        await world.DeliveredAsync();
        Assert.Equal((2, 2), ((await world.DesiredAsync("a")).GpuCount, (await world.DesiredAsync("a")).Attempt));
        Assert.False((await world.DesiredAsync("b")).ShouldRun);
        var capacity = await world.Capacity.GetAsync();
        Assert.Equal(0, capacity.Nodes[0].FreeGpus);
        var giving = capacity.Allocations.Single(allocation => allocation.JobName == "a");
        Assert.Equal(
            ("node:0,1", "node:2,3"), (giving.Decided.Blocks.Single().ToString(), giving.GivingBack.Single().ToString()));

        await world.RunExecutorAsync();
        Assert.Equal(
            ("running", 2), ((await world.RecordAsync("b")).Status, (await world.RecordAsync("b")).GpuAssigned));
        var blocks = (await world.DesiredAsync())
            .SelectMany(run => run.Blocks).SelectMany(block => block.Gpus).ToList();
        Assert.Equal([0, 1, 2, 3], blocks.Order());
    }

    [Fact]
    public async Task A_restart_finds_the_ledger_as_it_was_and_goes_on_counting_generations()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 2);
        await world.DeployAsync("b", 1, 2);
        await world.RunExecutorAsync();
        var before = await world.Capacity.GetAsync();
        await world.RestartAsync();
        var after = await world.Capacity.GetAsync();
        Assert.Equal(before.Allocations.Select(Text), after.Allocations.Select(Text));
        await world.Job("a").DeleteAsync();
        await world.RunExecutorAsync();
        await world.DeployAsync("c", 1, 1);
        Assert.True(
            (await world.DesiredAsync("c")).Generation > before.Allocations.Max(entry => entry.Decided.Generation));
    }

    [Fact]
    public async Task A_GPU_that_is_lost_is_not_given_out_also_after_a_restart_and_its_job_goes_on_without_it()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 4);
        await world.RunExecutorAsync();

        await world.Capacity.ReportNodesAsync(new()
        {
            Executor = "test",
            Nodes = [new("node", 4, IsSimulated: true) { LostGpus = [1, 7] }],
        });
        await world.RestartAsync();
        await world.DeliveredAsync();
        await world.RunExecutorAsync();

        var node = Assert.Single((await world.Capacity.GetAsync()).Nodes);
        Assert.Equal((3, 0), (node.GpuCount, node.FreeGpus));
        var gpus = (await world.DesiredAsync("a")).Blocks[0].Gpus;
        Assert.Equal([0, 2, 3], gpus.ToArray());
        Assert.Equal(3, (await world.RecordAsync("a")).GpuAssigned);
    }

    [Fact]
    public async Task The_answer_to_a_checkpoint_carries_the_resize_that_waited_for_it()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 4, isAfterCheckpoint: true);
        await world.RunExecutorAsync();
        await world.DeployAsync("b", 3, 3);
        Assert.Equal(4, (await world.RecordAsync("a")).GpuAssigned);
        var notification = new UpdateCheckpoint
        {
            LastCheckpointTime = Number.Of(1_800_000_000),
            CompletedEpochs = Number.Of(1),
        };
        var answer = await world.Job("a").UpdateCheckpointAsync(notification);
        Assert.Equal(1, answer.Resize?.Gpus);
        Assert.Equal(1, answer.Job!.GpuAssigned);
        // It asks again: the answer was lost.
        Assert.Equal(answer.Resize, (await world.Job("a").UpdateCheckpointAsync(notification)).Resize);
        await world.RunExecutorAsync();
        Assert.Null((await world.Job("a").UpdateCheckpointAsync(notification)).Resize);
        Assert.Equal("running", (await world.RecordAsync("b")).Status);
    }

    [Fact]
    public async Task A_successor_of_the_same_name_waits_for_the_GPUs_of_the_deleted_job()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 4, 4);
        await world.RunExecutorAsync();
        var old = await world.DesiredAsync("a");
        Assert.Equal(JobOutcome.Done, (await world.Job("a").DeleteAsync()).Outcome);
        Assert.Null(await world.Job("a").GetAsync());
        var successor = await world.DeployAsync("a", 4, 4);
        Assert.Equal((DeployOutcome.Created, 0), (successor.Outcome, successor.Job!.GpuAssigned));

        // Whatever is still said of the deleted one does not touch its successor.
        await world.ReportAsync(old, RunPhase.Running);
        await world.ReportAsync(old, RunPhase.Exited, exitCode: 1);
        Assert.Equal((0, 0), ((await world.RecordAsync("a")).Restarts, (await world.RecordAsync("a")).GpuAssigned));

        await world.RunExecutorAsync();
        Assert.Equal(
            ("running", 4), ((await world.RecordAsync("a")).Status, (await world.RecordAsync("a")).GpuAssigned));
        Assert.NotEqual(old.Uid, (await world.DesiredAsync("a")).Uid);
    }

    [Fact]
    public async Task A_completed_job_leaves_the_lists_and_its_GPUs_go_to_another()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 2, 2);
        await world.DeployAsync("b", 2, 4);
        await world.RunExecutorAsync();
        await world.ReportAsync(await world.DesiredAsync("a"), RunPhase.Exited, exitCode: 0);
        Assert.Equal("completed", (await world.RecordAsync("a")).Status);
        await world.RunExecutorAsync();
        Assert.Equal(4, (await world.RecordAsync("b")).GpuAssigned);
    }

    [Fact]
    public async Task Wishes_on_a_managed_job_are_clipped_to_what_holds()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 2, 4);
        await world.RunExecutorAsync();
        Assert.Equal(2, (await world.Job("a").UpdateAsync(new() { GpuAssigned = 1 })).Job!.GpuAssigned);
        await world.RunExecutorAsync();
        Assert.Equal(4, (await world.Job("a").UpdateAsync(new() { GpuAssigned = 99 })).Job!.GpuAssigned);
        await world.RunExecutorAsync();
        Assert.Equal(3, (await world.Job("a").UpdateAsync(new() { GpuLim = 3 })).Job!.GpuAssigned);
        Assert.Equal("gpu_lim must be from gpu_req (2) to 1000000",
            (await world.Job("a").UpdateAsync(new() { GpuLim = 1 })).Problem);
    }

    [Fact]
    public async Task Scaling_by_name_lifts_a_cap_and_refuses_what_cannot_change()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 4);
        await world.RunExecutorAsync();
        await world.Job("a").UpdateAsync(new() { GpuAssigned = 2 });
        await world.RunExecutorAsync();
        var scaled = await world.Job("a").ScaleAsync();
        Assert.Equal((ScaleOutcome.Done, 2, 4), (scaled.Outcome, scaled.Previous, scaled.Assigned));
        await world.Job("external").AddAsync(new() { GpuReq = 1, GpuLim = 2, GpuAssigned = 1 });
        Assert.Equal(ScaleOutcome.CannotChange, (await world.Job("external").ScaleAsync()).Outcome);
        Assert.Equal(ScaleOutcome.NotFound, (await world.Job("nobody").ScaleAsync()).Outcome);
        Assert.Equal(ScaleOutcome.NoCandidate, (await world.Capacity.ScaleBestAsync()).Outcome);
    }

    private static string Text(AllocationView entry) =>
        $"{entry.Uid} {entry.Decided.Generation} {string.Join(' ', entry.Decided.Blocks)} {entry.HeldGpus} "
        + entry.Decided.Reason;
}
