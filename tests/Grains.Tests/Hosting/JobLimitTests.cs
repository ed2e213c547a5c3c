using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Tests.Hosting;

public sealed class JobLimitTests
{
    [Fact]
    public async Task One_job_more_than_may_be_is_refused_and_leaves_nothing_behind_until_another_has_gone()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 2, Limit);
        await world.DeployAsync("a", 1, 1);
        await world.DeployAsync("b", 1, 1);

        var refused = await world.DeployAsync("c", 1, 1);
        Assert.Equal(
            (DeployOutcome.Full, "2 jobs wait or run, and 2 may; delete one, or wait until one ends"),
            (refused.Outcome, refused.Problem));
        Assert.Null(await world.Job("c").GetAsync());
        Assert.Equal(DeployOutcome.Unchanged, (await world.DeployAsync("b", 1, 1)).Outcome);

        await world.Job("a").DeleteAsync();
        Assert.Equal(DeployOutcome.Created, (await world.DeployAsync("c", 1, 1)).Outcome);
    }

    [Fact]
    public async Task Jobs_that_somebody_else_runs_do_not_count_and_the_limit_holds_after_a_restart()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 2, Limit);
        await world.Job("external").AddAsync(new() { GpuReq = 1, GpuLim = 1, GpuAssigned = 1 });
        await world.DeployAsync("a", 1, 1);
        Assert.Equal(DeployOutcome.Created, (await world.DeployAsync("b", 1, 1)).Outcome);

        await world.RestartAsync();
        Assert.Equal(DeployOutcome.Full, (await world.DeployAsync("c", 1, 1)).Outcome);
    }

    private static void Limit(IServiceCollection services) =>
        services.Configure<CapacityOptions>(capacity => capacity.MaxManagedJobs = 2);
}
