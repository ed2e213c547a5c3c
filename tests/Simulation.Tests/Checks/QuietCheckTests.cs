using System.Text;
using System.Text.Json;
using Sluice.Grains;
using Sluice.Grains.Jobs;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Workloads;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>What a rest must come to.</summary>
public sealed class QuietCheckTests : CheckBench, IBreaksPromises
{
    private readonly World _world = new(seed: 1, only: null, trace: null);
    private readonly QuietCheck _check;
    private long _change;

    public QuietCheckTests() => _check = new(_world);

    IEnumerable<string> IBreaksPromises.Broken => [_world.Simulator.Violation?.Invariant ?? ""];

    [Fact]
    public void A_world_in_which_all_has_ended_is_at_rest()
    {
        Store(Deployed("u1") with { Managed = Ended() });

        Assert.Null(_check.FindUnfinished(openOperations: 0));
    }

    [Fact]
    public void An_operation_without_answer_is_unfinished() =>
        Assert.Contains("operations", _check.FindUnfinished(openOperations: 1), StringComparison.Ordinal);

    [Fact]
    public void A_job_that_could_run_is_unfinished_and_one_that_never_can_is_not()
    {
        Store(Needing(2));
        Assert.Null(_check.FindUnfinished(openOperations: 0));

        _world.Cluster.SetNode("n", 1);
        Assert.Null(_check.FindUnfinished(openOperations: 0));

        _world.Cluster.SetNode("n", 2);
        Assert.Contains("u1", _check.FindUnfinished(openOperations: 0), StringComparison.Ordinal);

        _world.Cluster.SetQuota("default", 1);
        Assert.Null(_check.FindUnfinished(openOperations: 0));
    }

    [Fact]
    public void A_job_that_ended_without_confirmation_is_unfinished()
    {
        Store(Needing(2) with { Managed = Ended() with { IsEndConfirmed = false } });

        Assert.Contains("u1", _check.FindUnfinished(openOperations: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_job_that_is_still_being_ended_is_unfinished()
    {
        Store(JobState.Nothing with { Ending = [new("u1", 0, 0)] });

        Assert.Contains("u1", _check.FindUnfinished(openOperations: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_ledger_keeps_of_a_job_that_ended_is_unfinished()
    {
        Store(Deployed("u1") with { Managed = Ended() });
        _world.Invariants.Ledger.Committed(Batch(With(Holding("u1", 1))));

        Assert.Contains("which has ended", _check.FindUnfinished(openOperations: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_decision_that_its_job_does_not_know_is_unfinished()
    {
        Store(Needing(2));
        _world.Invariants.Ledger.Committed(Batch(With(Holding("u1", 1))));

        Assert.Contains("generation 1", _check.FindUnfinished(openOperations: 0), StringComparison.Ordinal);
    }

    [Fact]
    [Breaks(Promises.JobsEnd)]
    public void A_rest_that_never_comes_to_its_end_shows()
    {
        // No server has this job, so none ever runs it.
        Store(Needing(0));
        _world.Cluster.SetNode("n", 2);

        History.Rest(_world, new Workload(_world), bound: TimeSpan.FromSeconds(30));

        Assert.Equal(Promises.JobsEnd, _world.Simulator.Violation?.Invariant);
    }

    private static JobState Needing(int gpus) =>
        Deployed("u1") with { Record = Deployed("u1").Record! with { GpuReq = gpus, GpuLim = gpus } };

    private static ManagedJob Ended() =>
        Deployed("u1").Managed! with { End = JobEnd.Completed, IsEndConfirmed = true };

    private void Store(JobState state)
    {
        var body = JsonSerializer.Serialize(state, GrainsJsonContext.Default.JobState);
        _world.Invariants.Rows.Committed(
            new(Key, Added: 1, ++_change, state.Record is null, Encoding.UTF8.GetBytes(body)), state);
    }
}
