using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Placement;

namespace Sluice.Grains.Tests.Hosting;

public sealed class PolicyChoiceTests
{
    public static TheoryData<string> Names => [.. PolicyCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_policy_runs_jobs_to_their_ends_and_tells_why_and_what_if(string name)
    {
        await using var world = await GrainWorld.StartAsync(8, services => Choose(services, name));
        await world.DeployAsync("a", 1, 4);
        await world.DeployAsync("b", 2, 8, isAfterCheckpoint: true);
        await world.DeployAsync("c", 4, 4);
        await world.RunExecutorAsync();
        for (var epoch = 1; epoch < 4; epoch++)
        {
            await world.NotifyAsync("a", epoch, of: 4);
            await world.NotifyAsync("b", epoch, of: 4);
            await world.RunExecutorAsync();
        }

        Assert.Equal(name, (await world.Capacity.GetAsync()).Policy);
        Assert.NotEmpty((await world.Job("b").ExplainAsync())!.Allocation!.Decided.Reason);
        var whatIf = await world.Capacity.WhatIfAsync(new() { Manifest = GrainWorld.Manifest("d", 1, 1) });
        Assert.Equal(WhatIfOutcome.Answered, whatIf.Outcome);
        foreach (var job in new[] { "a", "b", "c" })
        {
            await world.ReportAsync(await world.DesiredAsync(job), RunPhase.Exited, exitCode: 0);
            await world.RunExecutorAsync();
            Assert.Equal(JobStatus.Completed, (await world.RecordAsync(job)).Status);
        }

        Assert.Equal(8, (await world.Capacity.GetAsync()).Nodes[0].FreeGpus);
    }

    [Fact]
    public async Task A_job_that_may_be_suspended_gives_all_it_has_to_a_more_urgent_one_and_goes_on_after_it()
    {
        await using var world = await GrainWorld.StartAsync(4, services => Choose(services, "adaptive"));
        await world.Job("a").DeployAsync(new() { Manifest = Annotated("a", "sluice.dev/suspendable: \"true\"") });
        await world.RunExecutorAsync();

        await world.Job("b").DeployAsync(new() { Manifest = Annotated("b", "sluice.dev/priority: \"5\"") });
        await world.RunExecutorAsync();
        Assert.Equal(
            (JobStatus.Suspended, 0), ((await world.RecordAsync("a")).Status, (await world.RecordAsync("a")).GpuAssigned));
        Assert.Equal(JobStatus.Running, (await world.RecordAsync("b")).Status);

        await world.RestartAsync();
        await world.ReportAsync(await world.DesiredAsync("b"), RunPhase.Exited, exitCode: 0);
        await world.DeliveredAsync();
        await world.RunExecutorAsync();
        Assert.Equal(
            (JobStatus.Running, 4), ((await world.RecordAsync("a")).Status, (await world.RecordAsync("a")).GpuAssigned));
        Assert.Equal(2, (await world.DesiredAsync("a")).Attempt);
    }

    [Fact]
    public async Task A_job_that_may_not_be_suspended_keeps_its_least_whoever_comes()
    {
        await using var world = await GrainWorld.StartAsync(4, services => Choose(services, "adaptive"));
        await world.Job("a").DeployAsync(new() { Manifest = Annotated("a", "") });
        await world.RunExecutorAsync();

        await world.Job("b").DeployAsync(new() { Manifest = Annotated("b", "sluice.dev/priority: \"5\"") });
        await world.RunExecutorAsync();

        Assert.Equal(JobStatus.Running, (await world.RecordAsync("a")).Status);
        Assert.Equal(JobStatus.Scheduled, (await world.RecordAsync("b")).Status);
    }

    [Fact]
    public async Task What_is_set_for_the_domain_wins()
    {
        await using var world = await GrainWorld.StartAsync(4, services =>
        {
            Choose(services, "fifo");
            services.Configure<CapacityOptions>(options => options.Policies["default"] = "srtf");
        });
        Assert.Equal("srtf", (await world.Capacity.GetAsync()).Policy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_wrong_name_is_refused_with_all_there_are(bool isOfDomain)
    {
        var services = new ServiceCollection();
        services.AddOptions<CapacityOptions>().ValidateDataAnnotations();
        services.Configure<CapacityOptions>(options =>
        {
            options.Policy = isOfDomain ? options.Policy : "best";
            options.Policies["default"] = isOfDomain ? "best" : "srtf";
        });
        using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IOptions<CapacityOptions>>().Value);

        Assert.Contains(
            "must be recent-checkpoint, adaptive, fifo, equal-share or srtf, not 'best'", refused.Message,
            StringComparison.Ordinal);
    }

    private static void Choose(IServiceCollection services, string name) =>
        services.Configure<CapacityOptions>(options => options.Policy = name);

    private static string Annotated(string name, string annotation) => GrainWorld.Manifest(name, 4, 4)
        .Replace("annotations:", $"annotations:\n    {annotation}", StringComparison.Ordinal);
}
