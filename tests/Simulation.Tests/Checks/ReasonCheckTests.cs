using Sluice.Scheduling.Ledger;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>What decisions say of themselves. The node has two GPUs; <c>u1</c> holds the first.</summary>
public sealed class ReasonCheckTests : CheckBench
{
    private readonly LedgerState _snapshot;
    private readonly List<string> _counts = [];
    private readonly ReasonCheck _reasons;

    public ReasonCheckTests()
    {
        _reasons = new(Fail, _counts.Add);
        var waiting = Waiting("u2");
        Commit(
            Holding("u1", 1, 0),
            waiting with { Claim = waiting.Claim with { JobName = "b", GpuReq = 2, GpuLim = 2 } });
        _snapshot = Ledger.State with
        {
            Quotas = LedgerState.Empty.Quotas.Add("default", new("default", "test", 2)),
        };
    }

    [Fact]
    [Breaks(Promises.ReasonsAreTrue)]
    public void A_wait_for_a_cause_that_is_none_shows()
    {
        Assert.True(Holds(new Wait("u2", "waits for 2 GPUs: no running job can give up enough")));
        Assert.True(Holds(new Wait("u2", "waits for 2 GPUs: more than is left of the quota of default")));
        Assert.False(Holds(new Wait("u2", "waits for 3 GPUs: no running job can give up enough")));
        Assert.False(Holds(new Wait("u2", "waits for 2 GPUs: more than the cluster has")));
        Assert.False(Holds(new Wait("u2", "waits for 2 GPUs: more than the quota of default")));
        Assert.False(Holds(new Wait("u2", "waits for 2 GPUs: they are being given up by other jobs")));
        Assert.False(Holds(new Wait("u2", "waits for 2 GPUs: what is free is kept for a")));
    }

    [Fact]
    public void A_wait_though_there_is_room_shows()
    {
        var free = _snapshot with { Entries = _snapshot.Entries.Remove("u1") };

        Assert.False(Holds(new Wait("u2", "waits for 2 GPUs: no running job can give up enough"), free));
        Assert.False(Holds(new Wait("u2", "waits for 2 GPUs: more than is left of the quota of default"), free));
    }

    [Fact]
    public void An_admission_with_wrong_numbers_shows()
    {
        var free = _snapshot with { Entries = _snapshot.Entries.Remove("u1") };
        var admit = new Admit("u2", 2, [new("n", [0, 1])], "admitted with 2 of 2 to 2 GPUs: 2 were free");

        Assert.True(Holds(admit, free));
        Assert.False(Holds(admit with { Reason = "admitted with 2 of 2 to 2 GPUs: 3 were free" }, free));
        Assert.False(Holds(admit with { Reason = "admitted with 1 of 2 to 2 GPUs: 2 were free" }, free));
        Assert.False(Holds(admit with { Reason = "admitted with 2 of 1 to 2 GPUs: 2 were free" }, free));
        Assert.False(Holds(
            admit with { Reason = "admitted with 2 of 2 to 2 GPUs a replica, 2 replicas: 2 were free" }, free));
    }

    [Fact]
    public void A_preemption_must_be_for_GPUs_that_are_gone_and_for_want_of_others()
    {
        var preempt = new Preempt("u1", "waits for 0 GPUs: GPUs that it held are gone, and no others are free");
        var gone = _snapshot with { Nodes = _snapshot.Nodes.SetItem("n", new("n", "test", 0, true)) };
        var lost = _snapshot with
        {
            Nodes = _snapshot.Nodes.SetItem("n", new("n", "test", 2, true) { LostGpus = [0] }),
            Entries = _snapshot.Entries.SetItem(
                "u1", Holding("u1", 1, 0) with { Claim = Holding("u1", 1, 0).Claim with { GpuReq = 1 } }),
        };

        Assert.False(Holds(preempt));
        Assert.False(Holds(preempt, gone));
        Assert.False(Holds(
            preempt with { Reason = "waits for 1 GPU: GPUs that it held are gone, and no others are free" }, lost));
        Assert.True(Holds(
            new Resize("u1", 1, [new("n", [1])], "moved from 1 to 1 GPUs: GPUs that it held are gone"), lost));
        Assert.False(Holds(
            new Resize("u1", 1, [new("n", [1])], "moved from 2 to 1 GPUs: GPUs that it held are gone"), lost));
    }

    [Fact]
    public void Words_that_it_does_not_know_are_counted()
    {
        Assert.True(Holds(new Wait("u2", "it is Sunday")));

        Assert.Equal(["reasons: not understood, Wait"], _counts);
    }

    private bool Holds(Decision decision, LedgerState? snapshot = null)
    {
        var before = Broken.Count;
        _reasons.Planned(snapshot ?? _snapshot, new([decision], WakeAt: null));
        return Broken.Count == before;
    }
}
