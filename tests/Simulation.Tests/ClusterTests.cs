using Sluice.Grains.Interfaces.Jobs;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Machines;
using Sluice.Simulation.Tests.Checks;

namespace Sluice.Simulation.Tests;

/// <summary>What executors of histories may say, and what they must not.</summary>
public sealed class ClusterTests : CheckBench
{
    private readonly Simulator _simulator = new(new(1), new(null));
    private readonly SimulatedProcess _server;
    private readonly Cluster _cluster;

    public ClusterTests()
    {
        _server = new(_simulator, "p1");
        _cluster = new(_simulator, Runs);
        _cluster.SetNode("n", 2);
        _cluster.Register(Script);
        Commit(Holding("u1", 1, 0));
    }

    [Fact]
    public void A_run_is_missed_only_while_its_start_is_not_answered_and_its_server_lives()
    {
        var run = _cluster.Record(Desired("u1", attempt: 1, generation: 1, 0))!;
        run.Starter = _server;
        Assert.Empty(_cluster.Observe(misses: _ => true));
        Assert.Single(_cluster.Observe(misses: _ => false));

        _server.Crash();
        Assert.Single(_cluster.Observe(misses: _ => true));

        run.Starter = null;
        Assert.Single(_cluster.Observe(misses: _ => true));
    }

    [Fact]
    public async Task Of_a_damaged_run_nobody_knows_anything_and_nothing_starts_until_it_is_ended()
    {
        var run = _cluster.Record(Desired("u1", attempt: 1, generation: 1, 0))!;
        run.IsDamaged = true;
        Assert.True(Assert.Single(_cluster.Observe(misses: _ => true)) is { IsUnknown: true, Phase: RunPhase.None });
        Assert.Throws<ExecutorFault>(() => _cluster.Record(Desired("u1", attempt: 2, generation: 1, 0)));
        _cluster.Forget("u1");
        Assert.Single(_cluster.Runs);

        await _cluster.StopAsync("u1");

        var ended = Assert.Single(_cluster.Observe(misses: _ => true));
        Assert.True(ended is { IsUnknown: false, Phase: RunPhase.Stopped });
    }

    [Fact]
    public void A_lost_GPU_is_reported_ends_what_runs_on_it_and_takes_no_more()
    {
        _cluster.Record(Desired("u1", attempt: 1, generation: 1, 0))!.Launch();

        _cluster.LoseGpu(("n", 0));

        Assert.Equal(0, Assert.Single(Assert.Single(_cluster.Report("simulated").Nodes).LostGpus));
        Assert.Empty(_cluster.Alive);
        var next = _cluster.Record(Desired("u1", attempt: 2, generation: 1, 0))!;
        next.Launch();
        Assert.Equal(RunPhase.StartFailed, next.Phase);
    }
}
