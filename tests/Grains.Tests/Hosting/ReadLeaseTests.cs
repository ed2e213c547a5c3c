using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Simulation.Store;
using Sluice.Testing;

namespace Sluice.Grains.Tests.Hosting;

/// <summary>
/// Two processes that both have activations of the same grains at one store, as on a cluster when one of them hung and
/// the other took its grains over.
/// </summary>
public sealed class ReadLeaseTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly ModelTables _tables = new();
    private readonly Lease _lease = new();
    private ServiceProvider _old = null!;
    private ServiceProvider _new = null!;

    public Task InitializeAsync()
    {
        (_old, _new) = (Process(_lease), Process(new Lease()));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _old.DisposeAsync();
        await _new.DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_was_taken_over_is_not_read_from_memory_once_the_lease_is_over()
    {
        await Job(_old).AddAsync(Add(epochs: 1));
        await Job(_new).UpdateAsync(new() { TotalEpochs = Number.Of(2) });

        Assert.Equal(Number.Of(1), (await Job(_old).GetAsync())!.TotalEpochs);
        _lease.IsHeld = false;

        Assert.Equal(Number.Of(2), (await Job(_old).GetAsync())!.TotalEpochs);
        Assert.Equal(Number.Of(2), (await Job(_old).DescribeAsync())!.Job.TotalEpochs);
    }

    [Fact]
    public async Task A_job_that_was_taken_over_is_explained_as_it_is_stored_once_the_lease_is_over()
    {
        await Job(_old).AddAsync(Add(epochs: 1));
        await Job(_new).UpdateAsync(new() { TotalEpochs = Number.Of(2) });
        _lease.IsHeld = false;

        Assert.Equal(Number.Of(2), (await Job(_old).ExplainAsync())!.Job.Job.TotalEpochs);
    }

    [Fact]
    public async Task A_refusal_is_decided_on_what_is_stored_once_the_lease_is_over()
    {
        Assert.Null(await Job(_old).GetAsync());
        await Job(_new).AddAsync(Add(epochs: 1));
        _lease.IsHeld = false;

        Assert.Equal(JobOutcome.Done, (await Job(_old).UpdateAsync(new() { TotalEpochs = Number.Of(2) })).Outcome);
        Assert.Equal(JobOutcome.AlreadyExists, (await Job(_old).AddAsync(Add(epochs: 3))).Outcome);
    }

    [Fact]
    public async Task A_ledger_that_was_taken_over_is_not_shown_once_the_lease_is_over()
    {
        Assert.Empty((await Capacity(_old).GetAsync()).Nodes);
        await Capacity(_new).ReportNodesAsync(new() { Executor = "test", Nodes = [new("node", 4, IsSimulated: true)] });

        Assert.Empty((await Capacity(_old).GetAsync()).Nodes);
        _lease.IsHeld = false;

        await Assert.ThrowsAsync<InconsistentStateException>(Capacity(_old).GetAsync);
        Assert.Single((await Capacity(_old).GetAsync()).Nodes);
    }

    [Fact]
    public async Task A_list_that_was_taken_over_answers_nothing_from_memory_once_the_lease_is_over()
    {
        await List(_old).InitializeAsync(new([5]));
        await List(_new).SetLifetimeAsync(new(0, 7));

        Assert.Equal(5, Assert.Single((await List(_old).GetLifetimesAsync()).Minutes));
        _lease.IsHeld = false;

        await Assert.ThrowsAsync<InconsistentStateException>(List(_old).GetLifetimesAsync);
        Assert.Equal(7, Assert.Single((await List(_old).GetLifetimesAsync()).Minutes));
        await List(_new).AddAsync(new([new(1, 0, "{}"u8.ToArray())]));
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => List(_old).HandOutAsync(new() { Stage = 0, Next = 1, OperationId = "a" }));
    }

    private static AddJob Add(int epochs) => new()
    {
        GpuReq = 1,
        GpuLim = 2,
        GpuAssigned = 1,
        TotalEpochs = Number.Of(epochs),
        OperationId = $"add-{epochs}",
    };

    private static IJobGrain Job(ServiceProvider process) => process.GetRequiredService<IGrainFactory>()
        .GetGrain<IJobGrain>(GrainKeys.Job(GrainKeys.DefaultDomain, "a"));

    private static IClusterCapacityGrain Capacity(ServiceProvider process) =>
        process.GetRequiredService<IGrainFactory>()
            .GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.DefaultDomain));

    private static IStageQueueGrain List(ServiceProvider process) => process.GetRequiredService<IGrainFactory>()
        .GetGrain<IStageQueueGrain>(GrainKeys.StageQueue("7"));

    private ServiceProvider Process(IReadLease lease)
    {
        var store = new ModelStore(
            new(GrainsJsonContext.Default.Options) { TypeInfoResolver = GrainsJsonContext.Default }, _time, _tables);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton(lease);
        services.AddKeyedSingleton<IGrainStorage>(StorageNames.Jobs, store);
        services.AddSingleton<IJobRows>(store);
        services.AddSingleton<IRowCollections>(store);
        services.AddSingleton<IEventRows>(store);
        services.AddSingleton<IDueRows>(store);
        services.AddEmbeddedGrainHost(host => host.AddGrainsFrom(typeof(JobGrain).Assembly));
        services.AddSluiceGrains();
        return services.BuildServiceProvider();
    }

    private sealed class Lease : IReadLease
    {
        public bool IsHeld { get; set; } = true;
    }
}
