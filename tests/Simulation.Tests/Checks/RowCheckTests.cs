using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Jobs;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>Commits of job rows.</summary>
public sealed class RowCheckTests : CheckBench
{
    [Fact]
    [Breaks(Promises.OperationsCountOnce)]
    public void An_operation_that_counts_twice_shows()
    {
        Write(Counted(0));
        Write(Counted(1, "op1"));
        Write(Counted(2, "op2"));
        Assert.Empty(Broken);

        Write(Counted(3, "op1"));

        Assert.Contains(Promises.OperationsCountOnce, Broken);
    }

    [Fact]
    [Breaks(Promises.AcknowledgedStays)]
    public void An_update_that_is_lost_shows()
    {
        var state = Counted(0);
        Write(state);
        Write(state with { Record = state.Record! with { Extra = [new("f", "1")] } });

        Write(state);

        Assert.Equal([Promises.AcknowledgedStays], Broken);
    }

    [Fact]
    [Breaks(Promises.SuccessorsBeginAnew)]
    public void A_successor_that_begins_with_something_of_its_predecessor_shows()
    {
        Write(Deployed("u1"));
        Write(JobState.Nothing with { Ending = [new("u1", 0, 0)] });
        Write(Deployed("u2") with { Ending = [new("u1", 0, 0)] });
        Assert.Empty(Broken);

        Write(JobState.Nothing with { Ending = [new("u1", 0, 0), new("u2", 0, 0)] });
        var next = Deployed("u3");
        Write(next with
        {
            Ending = [new("u1", 0, 0), new("u2", 0, 0)],
            Managed = next.Managed! with { Attempt = 1 },
        });

        Assert.Equal([Promises.SuccessorsBeginAnew], Broken);
    }

    [Fact]
    [Breaks(Promises.SuccessorsBeginAnew)]
    public void An_external_successor_that_begins_with_something_of_its_predecessor_shows()
    {
        Write(Counted(0));
        Write(JobState.Nothing);
        Write(Counted(0) with { AddedBy = "op1" });
        Assert.Empty(Broken);

        Write(JobState.Nothing);
        Write(Counted(0) with { HasNotified = true });

        Assert.Equal([Promises.SuccessorsBeginAnew], Broken);
    }

    [Fact]
    [Breaks(Promises.SuccessorsBeginAnew)]
    public void A_deleted_job_of_which_more_is_left_than_what_runs_shows()
    {
        Write(Counted(0));

        Write(JobState.Nothing with { AddedBy = "op1" });

        Assert.Equal([Promises.SuccessorsBeginAnew], Broken);
    }

    [Fact]
    [Breaks(Promises.SuccessorsBeginAnew)]
    public void A_notification_of_a_dying_predecessor_that_its_successor_takes_shows()
    {
        Rows.Notifies(Key, 7, "u1", isNamed: false);
        var waiting = Deployed("u2") with { Ending = [new("u1", 0, 0)] };
        var running = waiting with { Managed = waiting.Managed! with { StartedAt = DateTimeOffset.UnixEpoch } };
        Write(waiting);
        Write(running);
        Write(running with { Record = running.Record! with { LastCheckpointTime = Number.Of(7) } });
        Assert.Empty(Broken);

        Write(JobState.Nothing with { Ending = [new("u1", 0, 0), new("u2", 0, 0)] });
        var next = Deployed("u3") with { Ending = [new("u1", 0, 0), new("u2", 0, 0)] };
        Write(next);
        Write(next with { Record = next.Record! with { LastCheckpointTime = Number.Of(7) } });

        Assert.Equal([Promises.SuccessorsBeginAnew], Broken);
    }

    [Fact]
    [Breaks(Promises.SuccessorsBeginAnew)]
    public void A_uid_that_comes_back_shows()
    {
        Write(Deployed("u1"));
        Write(JobState.Nothing with { Ending = [new("u1", 0, 0)] });

        Write(Deployed("u1") with { Ending = [new("u1", 0, 0)] });

        Assert.Contains(Promises.SuccessorsBeginAnew, Broken);
    }

    [Fact]
    [Breaks(Promises.RunsAreKnown)]
    public void A_run_that_a_deletion_forgets_shows()
    {
        Write(Deployed("u1"));

        Write(JobState.Nothing);

        Assert.Equal([Promises.RunsAreKnown], Broken);
    }

    [Fact]
    [Breaks(Promises.ChangeNumbersGrow)]
    public void A_change_number_that_comes_again_shows()
    {
        Write(Counted(0), change: 7);

        Write(Counted(1, "op1"), change: 7);

        Assert.Equal([Promises.ChangeNumbersGrow], Broken);
    }

    [Fact]
    [Breaks(Promises.EndsAreFinal)]
    public void A_job_that_comes_back_from_its_end_shows()
    {
        var state = Deployed("u1");
        Write(state);
        Write(state with { Managed = state.Managed! with { End = JobEnd.Failed } });

        Write(state);

        Assert.Equal([Promises.EndsAreFinal], Broken);
    }

    [Theory]
    [InlineData("attempt")]
    [InlineData("confirmed")]
    public void What_falls_shows(string what) => Fall(what);

    [Fact]
    [Breaks(Promises.GenerationsNeverFall)]
    public void A_generation_that_falls_shows() => Fall("generation");

    private void Fall(string what)
    {
        var state = Deployed("u1");
        var high = what switch
        {
            "generation" => state.Managed! with
            {
                Applied = new() { Uid = "u1", Generation = 2, GpuCount = 0, Reason = "" },
            },
            "attempt" => state.Managed! with { Attempt = 2 },
            _ => state.Managed! with { ConfirmedGeneration = 2 },
        };
        Write(state);
        Write(state with { Managed = high });

        Write(state);

        Assert.Equal([Promises.GenerationsNeverFall], Broken);
    }

    [Fact]
    [Breaks(Promises.TakenOverIsDecided)]
    public void A_job_that_takes_over_what_nobody_decided_shows()
    {
        Rows.IsDecided = Ledger.IsDecided;
        Commit(Holding("u1", 1, 0), Holding("u2", 2, 1));
        var state = Deployed("u1");
        Write(state);
        Write(TakingOver(LedgerViews.Allocation(Ledger.State.Entries["u1"])));
        Assert.Empty(Broken);

        Write(TakingOver(LedgerViews.Allocation(Ledger.State.Entries["u2"]) with { Uid = "u1" }));

        Assert.Equal([Promises.TakenOverIsDecided], Broken);

        JobState TakingOver(Allocation allocation) =>
            state with { Managed = state.Managed! with { Applied = allocation } };
    }
}
