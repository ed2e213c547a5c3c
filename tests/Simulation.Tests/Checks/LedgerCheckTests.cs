using Sluice.Scheduling.Ledger;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>Commits of the ledger.</summary>
public sealed class LedgerCheckTests : CheckBench
{
    [Fact]
    public void A_sound_ledger_passes()
    {
        Commit(Holding("u1", 1, 0), Holding("u2", 2, 1));
        Commit(Holding("u1", 1, 0), Holding("u2", 3));

        Assert.Empty(Broken);
    }

    [Fact]
    [Breaks(Promises.NoGpuIsHeldTwice)]
    public void A_GPU_that_two_hold_shows()
    {
        Commit(Holding("u1", 1, 0), Holding("u2", 2, 0));

        Assert.Equal([Promises.NoGpuIsHeldTwice], Broken);
    }

    [Fact]
    [Breaks(Promises.HeldIsWithinAllocatable)]
    public void A_GPU_that_is_not_there_shows()
    {
        Commit(Holding("u1", 1, 2));

        Assert.Equal([Promises.HeldIsWithinAllocatable], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreFreeOnceConfirmed)]
    public void A_GPU_that_is_free_while_it_is_used_shows()
    {
        Commit(Holding("u1", 1, 0));
        Ledger.IsInUse = (uid, gpu) => uid == "u1" && gpu == ("n", 0);

        Commit(Holding("u1", 2, 1));

        Assert.Equal([Promises.GpusAreFreeOnceConfirmed], Broken);
    }

    [Fact]
    [Breaks(Promises.DecisionsAreTold)]
    public void A_decision_that_its_commit_does_not_tell_of_shows()
    {
        var batch = Batch(LedgerState.Empty with
        {
            LastGeneration = 2,
            Entries = LedgerState.Empty.Entries.Add("u1", Holding("u1", 1, 0)).Add("u2", Holding("u2", 2, 1)),
        });
        Ledger.Committed(batch with { Events = [batch.Events[0], Told(Holding("u2", 1))] });

        Assert.Equal([Promises.DecisionsAreTold], Broken);
    }

    [Fact]
    [Breaks(Promises.DecisionsHaveReasons)]
    public void A_decision_without_a_reason_shows()
    {
        Commit(Holding("u1", 1, 0) with { Reason = "" });

        Assert.Equal([Promises.DecisionsHaveReasons], Broken);
    }

    [Fact]
    [Breaks(Promises.WakeUpsAreStored)]
    public void A_change_that_waits_for_a_time_without_being_due_shows()
    {
        var pending = new PendingChange
        {
            GpuCount = 1,
            AfterNotifications = 0,
            DeadlineAt = DateTimeOffset.UnixEpoch.AddHours(1),
            Reason = "because",
        };
        Commit(Holding("u1", 1, 0) with { Pending = pending });

        Assert.Equal([Promises.WakeUpsAreStored], Broken);
    }

    [Fact]
    [Breaks(Promises.GenerationsNeverStartOver)]
    public void A_generation_that_starts_over_shows()
    {
        Commit(Holding("u1", 5, 0));

        Commit(Holding("u1", 4, 0));

        Assert.Contains(Promises.GenerationsNeverStartOver, Broken);
    }

    [Fact]
    [Breaks(Promises.HeldIsWithinQuota)]
    public void A_quota_that_is_passed_shows()
    {
        Commit(LedgerState.Empty with { Quotas = LedgerState.Empty.Quotas.Add("default", new("default", "test", 1)) });

        Commit(Holding("u1", 1, 0, 1));

        Assert.Equal([Promises.HeldIsWithinQuota], Broken);
    }

    [Fact]
    [Breaks(Promises.GenerationsAreUnique)]
    public void A_generation_that_two_jobs_get_shows()
    {
        var given = LedgerState.Empty with { LastGeneration = 7 };
        Commit(given with { Entries = given.Entries.Add("u1", Holding("u1", 7, 0)).Add("u2", Holding("u2", 7, 1)) });

        Assert.Equal([Promises.GenerationsAreUnique], Broken);
    }

    [Fact]
    [Breaks(Promises.GenerationsAreUnique)]
    public void A_generation_that_was_given_out_before_or_is_over_the_head_shows()
    {
        Commit(Holding("u1", 5, 0));

        Commit(LedgerState.Empty with
        {
            LastGeneration = 6,
            Entries = LedgerState.Empty.Entries.Add("u2", Holding("u2", 4, 1)),
        });
        Commit(LedgerState.Empty with
        {
            LastGeneration = 7,
            Entries = LedgerState.Empty.Entries.Add("u2", Holding("u2", 8, 1)),
        });

        Assert.Equal([Promises.GenerationsAreUnique, Promises.GenerationsAreUnique], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreWithinRange)]
    public void More_than_a_job_can_use_or_less_than_it_needs_shows()
    {
        var entry = Holding("u1", 1, 0, 1);
        Commit(entry with { Claim = entry.Claim with { GpuLim = 1 } });
        entry = Holding("u2", 2);
        Commit(entry with { Claim = entry.Claim with { GpuReq = 1 } });

        Assert.Equal([Promises.GpusAreWithinRange, Promises.GpusAreWithinRange], Broken);
    }

    [Fact]
    [Breaks(Promises.GpusAreWithinRange)]
    public void A_resize_below_the_least_shows()
    {
        var entry = Holding("u1", 1, 0, 1);
        Commit(entry with { Claim = entry.Claim with { GpuReq = 2 } });
        entry = Holding("u1", 2, 0);
        Commit(entry with { Claim = entry.Claim with { GpuReq = 2 } });

        Assert.Equal([Promises.GpusAreWithinRange], Broken);
    }

    [Fact]
    [Breaks(Promises.OnlySuspendableLoseAll)]
    public void A_job_that_may_not_be_suspended_and_loses_GPUs_that_are_there_shows()
    {
        Commit(Holding("u1", 1, 0));
        Commit(Waiting("u1") with { Generation = 2 });

        Assert.Equal([Promises.OnlySuspendableLoseAll], Broken);
    }

    [Fact]
    public void A_job_that_may_be_suspended_or_whose_GPUs_are_gone_may_lose_all()
    {
        Commit(Holding("u1", 1, 0));
        var suspended = Waiting("u1") with { Generation = 2 };
        Commit(suspended with { Claim = suspended.Claim with { IsSuspendable = true } });
        Commit(Holding("u1", 3, 0, 1));
        var lost = With(Waiting("u1") with { Generation = 4 });
        Commit(lost with { Nodes = lost.Nodes.Add("n", new("n", "test", 1, true)) });

        Assert.Empty(Broken);
    }

    [Fact]
    public void A_request_that_is_raised_while_a_job_runs_leaves_it_in_its_range()
    {
        var entry = Holding("u1", 1, 0);
        Commit(entry);
        entry = Holding("u1", 2, 1);
        Commit(entry with { Claim = entry.Claim with { GpuReq = 4 } });

        Assert.Empty(Broken);
    }
}
