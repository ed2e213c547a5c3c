using System.Text;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Scheduling.Tests.StageQueues;

public sealed class HandOutTests
{
    [Fact]
    public void Jobs_are_handed_out_lowest_id_first_and_none_twice()
    {
        var list = TestList.Of([5, -3, 2_000_000_000_000, 0]);

        Assert.Equal([-3, 0, 5, 2_000_000_000_000], Enumerable.Range(0, 4).Select(_ => list.Get(0).JobId));
        Assert.Equal(HandOutResult.NoneWaits, list.Ask(0));
    }

    [Fact]
    public void A_job_that_was_handed_out_is_in_the_next_stage_and_is_not_handed_out_from_there()
    {
        var list = TestList.Of([1]);

        var grant = list.Get(0);

        Assert.Equal((1, 0, "1-1"), (grant.JobId, grant.Stage, grant.Lease));
        Assert.Equal("""{"run":1}""", Encoding.UTF8.GetString(grant.Command.Span));
        Assert.Equal(1, list.Job(1).Stage);
        Assert.Null(list.Ask(1).Grant);
    }

    [Theory, InlineData(0), InlineData(7)]
    public void A_job_may_be_handed_out_into_any_stage(int next)
    {
        var list = TestList.Of([1]);

        list.Get(0, next);

        Assert.Equal(next, list.Job(1).Stage);
        Assert.Null(list.Ask(0).Grant);
        Assert.Null(list.Ask(next).Grant);
    }

    [Fact]
    public void Each_hand_out_of_a_job_has_a_lease_of_its_own()
    {
        var list = TestList.Of([-4]);

        var first = list.Get(0);
        list.Move(-4, 2);
        var second = list.Get(2);

        Assert.Equal(("-4-1", "-4-2"), (first.Lease, second.Lease));
        Assert.Equal(2, second.Stage);
    }

    [Fact]
    public void A_repeat_with_the_same_operation_gets_the_same_job_until_that_moves_on()
    {
        var list = TestList.Of([1, 2, 3]);
        var first = list.Get(0, operation: "a");

        Assert.Equal(first, list.Get(0, operation: "a"));
        list.Move(1, 2);
        Assert.Equal(2, list.Get(0, operation: "a").JobId);
        Assert.Equal(1, list.Job(3).HandOuts + list.Job(2).HandOuts);
    }

    [Fact]
    public void A_repeated_key_gets_the_first_answer_whatever_became_of_the_job()
    {
        var list = TestList.Of([1, 2], 0, 10);
        var first = list.Get(0, operation: "key", isKey: true);
        list.Move(1, 2, command: "\"new\"");
        list.Move(1, 0);
        list.WaitMinutes(23 * 60);

        var repeated = list.Get(0, operation: "key", isKey: true);

        Assert.Equal(first, repeated);
        Assert.Equal(TestList.Start.AddMinutes(10), repeated.Until);
        Assert.True(list.Job(1).Hand is null);
        Assert.Equal(1, list.Get(0, operation: "another", isKey: true).JobId);
    }

    [Fact]
    public void A_key_is_forgotten_after_24_hours()
    {
        var list = TestList.Of([1, 2, 3]);
        list.Get(0, operation: "key", isKey: true);
        list.Wait(TimeSpan.FromHours(24));

        Assert.Equal(2, list.Get(0, operation: "key", isKey: true).JobId);
        Assert.Equal(2, list.Get(0, operation: "key", isKey: true).JobId);

        // What the first job still remembers of it must not hide the second.
        list.Move(1, 0);
        list.Get(0);
        Assert.Equal(2, list.Get(0, operation: "key", isKey: true).JobId);
    }

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(0, 2, null)]
    [InlineData(0, 1, 5.0)]
    public void A_key_that_was_used_for_another_request_is_refused(int stage, int next, double? lease)
    {
        var list = TestList.Of([1, 2]);
        list.Get(0, 1, operation: "key", isKey: true);

        Assert.Equal(HandOutResult.KeyReused, list.Ask(stage, next, operation: "key", isKey: true, lease));
        Assert.Equal(0, list.Job(2).HandOuts);
    }

    [Fact]
    public void A_key_of_a_move_is_none_of_a_hand_out_and_the_other_way_round()
    {
        var list = TestList.Of([1, 2]);
        list.Get(0, operation: "get", isKey: true);
        list.Move(2, 4, operation: "move", isKey: true);

        Assert.Equal(HandOutResult.KeyReused, list.Ask(0, operation: "move", isKey: true));
        Assert.Equal(StageMoveOutcome.KeyReused, list.Move(1, 2, operation: "get", isKey: true).Outcome);
    }

    [Fact]
    public void That_none_waits_is_not_remembered()
    {
        var list = TestList.Of([]);
        Assert.Null(list.Ask(0, operation: "key", isKey: true).Grant);

        list.Add(0, 9);

        Assert.Equal(9, list.Get(0, operation: "key", isKey: true).JobId);
    }

    [Fact]
    public void Of_many_keys_a_job_the_oldest_are_forgotten()
    {
        var list = TestList.Of([1]);
        for (var turn = 0; turn < 20; turn++)
        {
            list.Get(0, operation: $"key-{turn}", isKey: true);
            list.Move(1, 0);
        }

        Assert.Equal(16, list.Job(1).Keys.Length);
        Assert.Equal("1-5", list.Get(0, operation: "key-4", isKey: true).Lease);
        Assert.Equal("1-21", list.Get(0, operation: "key-3", isKey: true).Lease);
    }

    [Fact]
    public void A_flagged_job_that_waits_is_handed_out_as_any_other_and_is_flagged_no_more()
    {
        var list = TestList.Of([1], 1, 0);
        list.WaitMinutes(1);
        list.Sweep();
        Assert.NotNull(list.Job(1).FlaggedAt);

        Assert.Equal(1, list.Get(0).JobId);

        Assert.Null(list.Job(1).FlaggedAt);
        Assert.Empty(list.State.Flagged);
    }

    [Fact]
    public void An_extended_lease_runs_anew_from_now()
    {
        var list = TestList.Of([1]);
        var grant = list.Get(0, lease: 30);
        Assert.Equal(TestList.Start.AddSeconds(30), grant.Until);

        list.WaitSeconds(20);
        Assert.Equal(list.Now.AddSeconds(30), list.Extend(1, grant.Lease).Until);
        list.WaitSeconds(20);
        Assert.Equal(list.Now.AddSeconds(5), list.Extend(1, grant.Lease, 5).Until);
        Assert.Equal(list.Now.AddSeconds(30), list.Extend(1, grant.Lease).Until);
        list.WaitSeconds(29.999);
        list.Sweep();
        Assert.True(list.Job(1).IsHandedOut);
        list.WaitSeconds(0.001);
        list.Sweep();
        Assert.False(list.Job(1).IsHandedOut);
    }

    [Fact]
    public void A_worker_without_a_lease_of_its_own_extends_the_clock_of_its_stage_and_keeps_the_date()
    {
        var list = TestList.Of([1], 0, 10);
        var grant = list.Get(0);
        list.WaitMinutes(9);

        Assert.Equal(list.Now.AddMinutes(10), list.Extend(1, grant.Lease).Until);

        list.WaitMinutes(5);
        list.Sweep();
        Assert.Null(list.Job(1).FlaggedAt);
        Assert.Equal(TestList.Start, list.Job(1).Since);
    }

    [Fact]
    public void A_flagged_worker_that_says_that_it_is_alive_is_flagged_no_more()
    {
        var list = TestList.Of([1], 0, 10);
        var grant = list.Get(0);
        list.WaitMinutes(10);
        list.Sweep();
        Assert.Single(list.State.Flagged);

        Assert.Equal(StageMoveOutcome.Done, list.Extend(1, grant.Lease).Outcome);

        Assert.Empty(list.State.Flagged);
        Assert.Equal(list.Now.AddMinutes(10), list.State.NextDue);
    }

    [Fact]
    public void A_lease_that_is_not_the_current_one_is_not_extended()
    {
        var list = TestList.Of([1, 2]);
        var old = list.Get(0);
        list.Move(1, 0);
        var current = list.Get(0);

        Assert.Equal(StageMoveOutcome.LeaseOver, list.Extend(1, old.Lease).Outcome);
        Assert.Equal(StageMoveOutcome.LeaseOver, list.Extend(1, "1-3").Outcome);
        Assert.Equal(StageMoveOutcome.LeaseOver, list.Extend(1, "2-1").Outcome);
        Assert.Equal(StageMoveOutcome.LeaseOver, list.Extend(1, "").Outcome);
        Assert.Equal(StageMoveOutcome.NotFound, list.Extend(3, "3-1").Outcome);
        Assert.Equal(StageMoveOutcome.Done, list.Extend(1, current.Lease).Outcome);
        Assert.Null(list.Extend(1, current.Lease).Until);
    }
}
