using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>What starts and ends on the machines.</summary>
public sealed class RunCheckTests : CheckBench
{
    private readonly Cluster _cluster;

    public RunCheckTests()
    {
        _cluster = new(new(new(1), new(null)), Runs);
        Commit(Holding("u1", 1, 0));
    }

    [Fact]
    public void Attempts_that_follow_each_other_pass()
    {
        var first = Run("u1", attempt: 1, generation: 1, 0);
        Runs.Started(first);
        Runs.Ended(first);
        Runs.Started(Run("u1", attempt: 2, generation: 1, 0));

        Assert.Empty(Broken);
    }

    [Fact]
    [Breaks(Promises.UidRunsOnce)]
    public void Two_attempts_that_live_at_once_show()
    {
        Runs.Started(Run("u1", attempt: 1, generation: 1));
        Runs.Started(Run("u1", attempt: 2, generation: 1));

        Assert.Equal([Promises.UidRunsOnce], Broken);
    }

    [Fact]
    [Breaks(Promises.AttemptStartsOnce)]
    public void An_attempt_that_starts_twice_shows()
    {
        var run = Run("u1", attempt: 1, generation: 1, 0);
        Runs.Started(run);
        Runs.Ended(run);
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));

        Assert.Equal([Promises.AttemptStartsOnce], Broken);
    }

    [Fact]
    [Breaks(Promises.OlderGenerationNeverFollows)]
    public void An_older_generation_that_starts_after_a_newer_one_shows()
    {
        var run = Run("u1", attempt: 1, generation: 2, 0);
        Runs.Started(run);
        Runs.Ended(run);
        Runs.Started(Run("u1", attempt: 2, generation: 1, 0));

        Assert.Equal([Promises.OlderGenerationNeverFollows], Broken);
    }

    [Fact]
    [Breaks(Promises.NothingStartsAfterItsEnd)]
    public void A_start_after_the_end_was_confirmed_shows()
    {
        Write(Deployed("u1"));
        Write(Deployed("u1") with { Managed = Deployed("u1").Managed! with { IsEndConfirmed = true } });

        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));

        Assert.Equal([Promises.NothingStartsAfterItsEnd], Broken);
    }

    [Fact]
    [Breaks(Promises.NoGpuHasTwoUsers)]
    public void Two_runs_on_one_GPU_show()
    {
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));
        Runs.Started(Run("u2", attempt: 1, generation: 2, 0));

        Assert.Contains(Promises.NoGpuHasTwoUsers, Broken);
    }

    [Fact]
    [Breaks(Promises.RunsHoldTheirGpus)]
    public void A_run_on_a_GPU_that_it_does_not_hold_shows()
    {
        Runs.Started(Run("u1", attempt: 1, generation: 1, 1));

        Assert.Equal([Promises.RunsHoldTheirGpus], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreFreeOnceConfirmed)]
    public void A_GPU_that_becomes_free_while_a_run_uses_it_shows()
    {
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));

        Commit(Holding("u1", 2, 1));

        Assert.Equal([Promises.GpusAreFreeOnceConfirmed], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreFreeOnceConfirmed)]
    public void A_generation_that_is_confirmed_while_an_older_one_runs_shows()
    {
        var state = Deployed("u1");
        Write(state);
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));

        Write(state with { Managed = state.Managed! with { ConfirmedGeneration = 2 } });

        Assert.Equal([Promises.GpusAreFreeOnceConfirmed], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreFreeOnceConfirmed)]
    public void An_end_that_is_confirmed_while_it_runs_shows()
    {
        var state = Deployed("u1");
        Write(state);
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));

        Write(state with { Managed = state.Managed! with { IsEndConfirmed = true } });

        Assert.Equal([Promises.GpusAreFreeOnceConfirmed], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreFreeOnceConfirmed)]
    public void A_deleted_job_that_is_forgotten_while_it_runs_shows()
    {
        Write(Deployed("u1"));
        Write(Grains.Jobs.JobState.Nothing with { Ending = [new("u1", 1, 1)] });
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));

        Write(Grains.Jobs.JobState.Nothing);

        Assert.Equal([Promises.GpusAreFreeOnceConfirmed], Broken);
    }

    [Fact]
    [Breaks(Promises.RunningHasStarted)]
    public void A_job_that_is_said_to_run_before_its_attempt_has_started_shows()
    {
        var state = Deployed("u1");
        var first = state.Managed! with { Attempt = 1 };
        Write(state);
        Write(state with { Managed = first });
        Runs.Started(Run("u1", attempt: 1, generation: 1, 0));
        Write(state with { Managed = first with { RunningSince = DateTimeOffset.UnixEpoch } });
        Assert.Empty(Broken);

        Write(state with { Managed = first with { Attempt = 2 } });
        Write(state with { Managed = first with { Attempt = 2, RunningSince = DateTimeOffset.UnixEpoch } });

        Assert.Equal([Promises.RunningHasStarted], Broken);
    }

    [Fact]
    [Breaks(Promises.FailuresCountOnce)]
    public void A_failure_that_counts_twice_shows()
    {
        var state = Deployed("u1");
        Write(state);
        Write(state with { Managed = state.Managed! with { Attempt = 1 } });
        Runs.Ended(Run("u1", attempt: 1, generation: 1, 0));
        Write(state with { Managed = state.Managed! with { Attempt = 2, Failures = 1 } });
        Assert.Empty(Broken);

        Write(state with { Managed = state.Managed! with { Attempt = 3, Failures = 2 } });

        Assert.Equal([Promises.FailuresCountOnce], Broken);
    }

    private SimulatedRun Run(string uid, int attempt, long generation, params int[] gpus) =>
        new(_cluster, Desired(uid, attempt, generation, gpus), Script);
}
