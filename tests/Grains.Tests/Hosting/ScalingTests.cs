using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Tests.Hosting;

public sealed class ScalingTests
{
    [Fact]
    public async Task Of_scalings_that_come_at_once_none_is_lost()
    {
        string[] names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        await using var world = await GrainWorld.StartAsync(gpus: 24);
        foreach (var name in names)
        {
            await world.DeployAsync(name, 1, 3, minRunSeconds: 3600);
        }

        await world.RunExecutorAsync();
        foreach (var name in names)
        {
            await world.Job(name).UpdateAsync(new() { GpuAssigned = 1 });
        }

        await world.RunExecutorAsync();

        var answers = await Task.WhenAll(names.Select(name => world.Job(name).ScaleAsync()));

        Assert.All(answers, answer => Assert.Equal(
            (ScaleOutcome.Done, 1, 3), (answer.Outcome, answer.Previous, answer.Assigned)));
        Assert.All(answers, answer => Assert.StartsWith("scaled up from 1 to 3", answer.Reason));
        foreach (var name in names)
        {
            Assert.Equal(3, (await world.RecordAsync(name)).GpuAssigned);
        }
    }

    [Fact]
    public async Task Scalings_without_a_name_that_come_at_once_choose_a_job_each()
    {
        string[] names = ["a", "b", "c", "d"];
        await using var world = await GrainWorld.StartAsync(gpus: 8);
        foreach (var name in names)
        {
            await world.DeployAsync(name, 1, 2);
        }

        await world.RunExecutorAsync();
        foreach (var name in names)
        {
            await world.Job(name).UpdateAsync(new() { GpuAssigned = 1 });
        }

        await world.RunExecutorAsync();

        var answers = await Task.WhenAll(names.Select(_ => world.Capacity.ScaleBestAsync()));

        Assert.Equal(names, answers.Select(answer => answer.Name).Order());
        Assert.All(answers, answer => Assert.Equal(
            (ScaleOutcome.Done, 1, 2), (answer.Outcome, answer.Previous, answer.Assigned)));
    }

    [Fact]
    public async Task A_repeated_scaling_without_a_name_gets_the_first_answer_also_after_a_restart()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        foreach (var name in new[] { "a", "b" })
        {
            await world.DeployAsync(name, 1, 2);
            await world.Job(name).UpdateAsync(new() { GpuAssigned = 1 });
        }

        await world.RunExecutorAsync();
        var first = await world.Capacity.ScaleBestAsync("one");
        await world.RunExecutorAsync();
        await world.RestartAsync();

        Assert.Equal(first, await world.Capacity.ScaleBestAsync("one"));
        Assert.NotEqual(first.Name, (await world.Capacity.ScaleBestAsync("two")).Name);
    }

    [Fact]
    public async Task A_scaling_that_finds_no_room_says_so_and_not_what_was_decided_last()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("a", 1, 4);
        await world.RunExecutorAsync();
        await world.Job("a").UpdateAsync(new() { GpuAssigned = 2 });
        await world.RunExecutorAsync();
        await world.DeployAsync("b", 2, 2);
        await world.RunExecutorAsync();

        var answer = await world.Job("a").ScaleAsync();

        Assert.Equal((ScaleOutcome.Done, 2, 2), (answer.Outcome, answer.Previous, answer.Assigned));
        Assert.Equal("a keeps 2 GPUs: no GPU is free", answer.Reason);
    }

    [Fact]
    public async Task A_scaling_that_is_refused_changes_nothing()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 4);
        await world.DeployAsync("holder", 4, 4);
        await world.RunExecutorAsync();
        await world.DeployAsync("y", 1, 2);
        await world.Job("y").UpdateAsync(new() { GpuAssigned = 1 });
        var told = await KindsAsync(world);

        var refused = await world.Job("y").ScaleAsync();

        Assert.Equal(ScaleOutcome.CannotChange, refused.Outcome);
        Assert.Equal("y waits for 1 GPU: no running job can give up enough", refused.Reason);
        Assert.Equal(told, await KindsAsync(world));
        await world.Job("holder").DeleteAsync();
        await world.RunExecutorAsync();
        Assert.Equal(1, (await world.RecordAsync("y")).GpuAssigned);
    }

    private static async Task<List<string>> KindsAsync(GrainWorld world) =>
    [
        .. (await world.Capacity.ReadEventsAsync(new() { After = 0, Limit = EventQuery.MaxEvents })).Events
            .Select(happened => $"{happened.Kind} {happened.Job}"),
    ];
}
