using Sluice.Grains.Capacity;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Events;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Tests.Capacity;

public sealed class LedgerEventsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly LedgerState Waiting = CapacityLedger.Observe(Nodes(LedgerState.Empty, ("n", 8)), new()
    {
        Uid = "u",
        JobKey = "job/default/a",
        JobName = "a",
        Namespace = "default",
        Replicas = 1,
        GpuReq = 1,
        GpuLim = 4,
        ArrivedAt = 1,
        Added = 1,
    });

    [Fact]
    public void A_decision_is_told_with_its_reason_and_the_counts_before_and_after()
    {
        var (admitted, told) = Decide(Waiting, new Admit("u", 4, Blocks(4), "8 were free"));
        Assert.Equal((EventKind.Admitted, "a", "u", "8 were free"), (told.Kind, told.Job, told.Uid, told.Reason));
        Assert.Equal((0, 4, 1L, Now), (told.GpusBefore, told.GpusAfter, told.Generation, told.Time));

        (_, told) = Decide(admitted, new Resize("u", 2, Blocks(2), "b needs 2"));
        Assert.Equal((EventKind.Resized, 4, 2, 2L), (told.Kind, told.GpusBefore, told.GpusAfter, told.Generation));
        Assert.False(told.AtCheckpoint);

        (_, told) = Decide(admitted, new Preempt("u", "they are gone"));
        Assert.Equal((EventKind.Preempted, 4, 0), (told.Kind, told.GpusBefore, told.GpusAfter));
    }

    [Fact]
    public void A_change_that_waits_for_a_checkpoint_is_told_when_planned_and_when_made_or_dropped()
    {
        var (admitted, _) = Decide(Waiting, new Admit("u", 4, Blocks(4), "8 were free"));
        var (deferred, told) = Decide(admitted, new Defer("u", new()
        {
            GpuCount = 2, AfterNotifications = 0, DeadlineAt = Now.AddMinutes(30), Reason = "b needs 2",
        }));
        Assert.Equal((EventKind.Deferred, 4, 2), (told.Kind, told.GpusBefore, told.GpusAfter));
        Assert.Equal("at its next checkpoint: b needs 2", told.Reason);

        var notified = CapacityLedger.Observe(deferred, deferred.Entries["u"].Claim with { Notifications = 1 });
        Assert.True(Decide(notified, new Resize("u", 2, Blocks(2), "b needs 2")).Told.AtCheckpoint);
        Assert.False(Decide(deferred, new Resize("u", 2, Blocks(2), "it is late")).Told.AtCheckpoint);

        told = Decide(deferred, new CancelPending("u", "nobody waits")).Told;
        Assert.Equal((EventKind.Cancelled, "it keeps 4 GPUs: nobody waits"), (told.Kind, told.Reason));
    }

    [Fact]
    public void A_wait_is_told_where_its_reason_is_new()
    {
        var (waiting, told) = Decide(Waiting, new Wait("u", "waits for 1 GPU"));
        Assert.Equal((EventKind.Waiting, "waits for 1 GPU"), (told.Kind, told.Reason));

        var again = new Wait("u", "waits for 1 GPU");
        Assert.Empty(LedgerEvents.OfPlan(waiting, CapacityLedger.Apply(waiting, [again], Now), [again], Now));
    }

    [Fact]
    public void Nodes_that_come_go_and_change_are_told_and_the_same_report_again_is_not()
    {
        var before = Nodes(LedgerState.Empty, ("kept", 4), ("shrinks", 8), ("goes", 2));
        var after = Nodes(before, ("kept", 4), ("shrinks", 1), ("comes", 8));
        Assert.Equal(
            [
                "node-added comes: comes with 8 GPUs came", "node-lost goes: goes with 2 GPUs is gone",
                "node-changed shrinks: shrinks has 1 GPU now, it had 8",
            ],
            Report(before, after).Select(told => $"{told.Kind} {told.Node}: {told.Reason}"));
        Assert.Empty(Report(after, Nodes(after, ("kept", 4), ("shrinks", 1), ("comes", 8))));
    }

    [Fact]
    public void A_GPU_that_is_lost_counts_as_one_less_on_its_node()
    {
        var before = Nodes(LedgerState.Empty, ("n", 4));
        var lost = before with { Nodes = before.Nodes.SetItem("n", before.Nodes["n"] with { LostGpus = [2] }) };
        Assert.Equal("n has 3 GPUs now, it had 4", Assert.Single(Report(before, lost)).Reason);
    }

    [Fact]
    public void Quotas_that_are_set_changed_and_lifted_are_told()
    {
        var set = Quota(LedgerState.Empty, 4);
        Assert.Equal("team may hold 4 GPUs", Assert.Single(Report(LedgerState.Empty, set)).Reason);
        Assert.Equal("team may hold 8 GPUs now, before 4", Assert.Single(Report(set, Quota(set, 8))).Reason);
        var lifted = Assert.Single(Report(set, LedgerState.Empty));
        Assert.Equal((EventKind.QuotaLifted, "team", 4, null), (
            lifted.Kind, lifted.Namespace, lifted.GpusBefore, lifted.GpusAfter));
    }

    [Fact]
    public void A_wish_is_told_where_it_says_something_new()
    {
        var capped = CapacityLedger.SetCap(Waiting, "u", 2);
        var told = Assert.Single(Wish(Waiting, capped));
        Assert.Equal((EventKind.Asked, "a", "for at most 2 GPUs"), (told.Kind, told.Job, told.Reason));
        Assert.Equal("for as many GPUs as fit", Assert.Single(Wish(capped, Waiting)).Reason);
        Assert.Empty(Wish(capped, capped));
    }

    private static (LedgerState After, ClusterEvent Told) Decide(LedgerState before, Decision decision)
    {
        var after = CapacityLedger.Apply(before, [decision], Now);
        return (after, EventViews.Of(new(1, Assert.Single(LedgerEvents.OfPlan(before, after, [decision], Now)))));
    }

    private static List<ClusterEvent> Report(LedgerState before, LedgerState after) =>
        [.. LedgerEvents.OfNodes(before, after, Now).Select(told => EventViews.Of(new(1, told)))];

    private static List<ClusterEvent> Wish(LedgerState before, LedgerState after) =>
    [
        .. LedgerEvents.OfWish(before.Entries["u"], after.Entries["u"], Now)
            .Select(told => EventViews.Of(new(1, told))),
    ];

    private static LedgerState Nodes(LedgerState state, params (string Name, int Gpus)[] nodes) =>
        CapacityLedger.ReportNodes(
            state, "test", nodes.Select(node => new LedgerNode(node.Name, "test", node.Gpus, IsSimulated: true)),
            state.Quotas.Values);

    private static LedgerState Quota(LedgerState state, int gpus) =>
        state with { Quotas = state.Quotas.SetItem("team", new("team", "test", gpus)) };

    private static System.Collections.Immutable.ImmutableArray<GpuBlock> Blocks(int gpus) =>
        [new("n", [.. Enumerable.Range(0, gpus)])];
}
