using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sluice.Executors.Local;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors.Tests.Local;

public class LocalSettingsTests
{
    [Fact]
    public async Task Simulated_nodes_stand_in_for_the_machine()
    {
        await using var world = new ExecutorWorld();
        world.Options.SimulatedNodes = [new("node-0", 4), new("node-1", 4)];
        world.Options.GpuQuotas = new Dictionary<string, int> { ["research"] = 6 };

        var report = await world.NewExecutor().DiscoverNodesAsync(CancellationToken.None);

        Assert.Equal(
            [new NodeCapacity("node-0", 4, true), new NodeCapacity("node-1", 4, true)], report.Nodes.ToArray());
        Assert.Equal(new GpuQuota("research", 6), Assert.Single(report.Quotas));
    }

    [Fact]
    public async Task Without_a_count_the_machine_is_one_node_with_the_GPUs_that_are_found()
    {
        await using var world = new ExecutorWorld();
        world.Options.GpuCount = null;

        var node = Assert.Single((await world.NewExecutor().DiscoverNodesAsync(CancellationToken.None)).Nodes);

        Assert.Equal(world.Options.NodeName, node.Name);
        Assert.False(node.IsSimulated);
    }

    [Fact]
    public void More_or_fewer_processes_than_blocks_are_a_problem()
    {
        var process = new LocalProcess { Rank = 0, Arguments = ["true"], Environment = [] };

        Assert.Null(RunSpecBuilder.Problem(Runs.Desired(), new LocalPlan([process], null)));
        Assert.Contains(
            "2 processes",
            RunSpecBuilder.Problem(Runs.Desired(), new LocalPlan([process, process], null)),
            StringComparison.Ordinal);
        Assert.Contains(
            "no process", RunSpecBuilder.Problem(Runs.Desired(), new LocalPlan([], null)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_cannot_take_GPUs_that_were_not_given()
    {
        var process = new LocalProcess
        {
            Rank = 0,
            Arguments = ["true"],
            Environment = [("CUDA_VISIBLE_DEVICES", "7"), ("SLUICE_RUN_UID", "other"), ("TZ", "of the manifest")],
        };
        var options = new LocalExecutorOptions();

        var spec = RunSpecBuilder.Build(
            Runs.Desired() with { Blocks = [] },
            new LocalPlan([process], null),
            new RunFolder("u-1"),
            options,
            new GpuList(["GPU-a"], [], IsSimulated: false),
            [
                KeyValuePair.Create("TZ", "of the server"),
                KeyValuePair.Create("LC_ALL", "C"),
                KeyValuePair.Create("KEY", "secret"),
            ]);

        var environment = spec.Ranks[0].Environment;
        Assert.Equal("", environment["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal("u-1", environment["SLUICE_RUN_UID"]);
        Assert.Equal("of the manifest", environment["TZ"]);
        Assert.Equal("C", environment["LC_ALL"]);
        Assert.DoesNotContain("KEY", environment.Keys);
        Assert.DoesNotContain("SLUICE_SIMULATED_GPUS", environment.Keys);
    }

    [Fact]
    public void Everything_is_wired_by_one_call()
    {
        using var provider = Services(options => options.RunDirectory = Path.Combine(Path.GetTempPath(), "unused"))
            .BuildServiceProvider();

        Assert.IsType<PlanLocally>(provider.GetRequiredService<PlanLocally>());
        Assert.Equal(
            [typeof(NodeReporter), typeof(ExecutorLoop)],
            Services(_ => { }).Where(service => service.ServiceType == typeof(IHostedService))
                .Select(service => service.ImplementationType));
        Assert.Contains(Services(_ => { }), service => service.ServiceType == typeof(IExecutor));
        Assert.Contains(Services(_ => { }), service => service.ServiceType == typeof(IJobLogs));
        Assert.NotNull(provider.GetRequiredService<IOptions<LocalExecutorOptions>>().Value);
    }

    public static TheoryData<string, Action<LocalExecutorOptions>> WrongOptions => new()
    {
        { "RunDirectory", options => options.RunDirectory = "" },
        { "SluiceUrl", options => options.SluiceUrl = null },
        { "RunnerCommand", options => options.RunnerCommand = [] },
        { "GpuCount", options => options.GpuCount = -1 },
        { "GracePeriod", options => options.GracePeriod = TimeSpan.FromHours(2) },
        { "LogLimitBytes", options => options.LogLimitBytes = 1 },
        { "GpuQuotas", options => options.GpuQuotas = new Dictionary<string, int> { ["a"] = -1 } },
        { "SimulatedNodes", options => options.SimulatedNodes = [new("a", 1), new("a", 1)] },
        { "SimulatedNodes", options => options.SimulatedNodes = [new("a", -1)] },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void A_wrong_setting_is_refused_by_name(string field, Action<LocalExecutorOptions> spoil)
    {
        using var provider = Services(spoil).BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IOptions<LocalExecutorOptions>>().Value);

        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    private static ServiceCollection Services(Action<LocalExecutorOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLocalExecutor(options =>
        {
            options.RunDirectory = "runs";
            options.SluiceUrl = () => "http://127.0.0.1:5000";
            configure(options);
        });
        return services;
    }
}
