using System.Text;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Scheduling.Tests.StageQueues;

public sealed class MoveTests
{
    [Fact]
    public void A_moved_job_waits_in_its_stage_with_a_fresh_clock_and_nothing_held_against_it()
    {
        var list = TestList.Of([1], 0, 1);
        list.Set(redeliver: true);
        list.Get(0);
        list.WaitMinutes(1);
        list.Sweep();
        Assert.Equal(1, list.Job(1).FailedAttempts);

        Assert.Equal(StageMoveOutcome.Done, list.Move(1, 2, fileName: "a.h5", command: "[1]").Outcome);

        var job = list.Job(1);
        Assert.Equal((2, 0, "a.h5", list.Now), (job.Stage, job.FailedAttempts, job.FileName, job.Since));
        Assert.Equal("[1]", Encoding.UTF8.GetString(job.Command.Span));
        Assert.False(job.IsHandedOut);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_job_that_is_given_back_keeps_what_is_held_against_it_so_that_it_does_not_go_round_for_ever(
        bool isLate)
    {
        var list = TestList.Of([1]);
        list.Set(maxAttempts: 2);
        list.Get(0, lease: 1);
        list.WaitSeconds(1);
        list.Sweep();
        if (!isLate) list.Get(0);

        list.Move(1, 0);

        Assert.Equal((0, 1), (list.Job(1).Stage, list.Job(1).FailedAttempts));
        Assert.Equal(1, list.Get(0, lease: 1).FailedAttempts);
        list.WaitSeconds(1);
        list.Sweep();
        Assert.Equal([1], list.State.Flagged);
        list.Move(1, 2);
        Assert.Equal((2, 0), (list.Job(1).Stage, list.Job(1).FailedAttempts));
    }

    [Fact]
    public void What_is_not_given_stays()
    {
        var list = TestList.Of([1]);
        list.Move(1, 2, fileName: "a", command: "null");
        list.Move(1, 4);

        Assert.Equal("a", list.Job(1).FileName);
        Assert.Equal("null", Encoding.UTF8.GetString(list.Job(1).Command.Span));
    }

    [Fact]
    public void A_job_that_is_not_there_is_not_moved()
    {
        var list = TestList.Of([1]);

        Assert.Equal(StageMoveOutcome.NotFound, list.Move(2, 2).Outcome);
        Assert.Equal(StageMoveOutcome.NotFound, list.Move(2, 2, lease: "2-1").Outcome);
    }

    [Fact]
    public void A_lease_that_was_taken_back_moves_nothing()
    {
        var list = TestList.Of([1]);
        var grant = list.Get(0, lease: 5);
        list.WaitSeconds(5);

        var late = list.Move(1, 2, lease: grant.Lease, fileName: "late");

        Assert.Equal(StageMoveOutcome.LeaseOver, late.Outcome);
        Assert.Contains("waits in stage 0", late.Problem, StringComparison.Ordinal);
        Assert.Equal((0, null), (list.Job(1).Stage, list.Job(1).FileName));
        list.Get(0);
        Assert.Contains("handed out again", list.Move(1, 2, lease: grant.Lease).Problem, StringComparison.Ordinal);
        Assert.Equal(StageMoveOutcome.LeaseOver, list.Move(1, 2, lease: "1-9").Outcome);
        Assert.Equal(StageMoveOutcome.LeaseOver, list.Move(1, 2, lease: "nonsense").Outcome);
    }

    [Fact]
    public void An_update_that_was_done_with_a_lease_is_done_again_without_harm()
    {
        var list = TestList.Of([1]);
        var first = list.Get(0);
        list.Move(1, 2, lease: first.Lease);
        list.WaitMinutes(60);
        list.Get(2);

        Assert.Equal(StageMoveOutcome.Done, list.Move(1, 2, lease: first.Lease).Outcome);

        Assert.True(list.Job(1).IsHandedOut);
        Assert.Equal(StageMoveOutcome.LeaseOver, list.Move(1, 4, lease: first.Lease).Outcome);
    }

    [Fact]
    public void A_repeat_with_the_same_operation_changes_nothing_even_after_others_moved_the_job_on()
    {
        var list = TestList.Of([1]);
        list.Get(0);
        list.Move(1, 2, operation: "first");
        list.Get(2);
        list.Move(1, 4);

        Assert.Equal(StageMoveOutcome.Done, list.Move(1, 2, operation: "first").Outcome);

        Assert.Equal(4, list.Job(1).Stage);
    }

    [Fact]
    public void A_repeat_that_was_under_way_while_the_job_was_moved_on_many_times_changes_nothing()
    {
        var list = TestList.Of([1]);
        list.Move(1, 1, operation: "first");
        for (var stage = 2; stage <= 16; stage++)
        {
            list.Move(1, stage, operation: $"to {stage}");
        }

        list.Move(1, 1, operation: "first");

        Assert.Equal(16, list.Job(1).Stage);
    }

    [Fact]
    public void A_key_is_remembered_for_24_hours_and_only_for_its_request()
    {
        var list = TestList.Of([1, 2]);
        list.Move(1, 2, operation: "key", isKey: true, fileName: "a", command: "1");
        list.Move(1, 4);
        list.WaitMinutes(23 * 60);

        Assert.Equal(
            StageMoveOutcome.Done,
            list.Move(1, 2, operation: "key", isKey: true, fileName: "a", command: "1").Outcome);
        Assert.Equal(4, list.Job(1).Stage);
        Assert.Equal(Reused, list.Move(1, 3, operation: "key", isKey: true, fileName: "a", command: "1"));
        Assert.Equal(Reused, list.Move(2, 2, operation: "key", isKey: true, fileName: "a", command: "1"));
        Assert.Equal(Reused, list.Move(1, 2, operation: "key", isKey: true, fileName: "b", command: "1"));
        Assert.Equal(Reused, list.Move(1, 2, operation: "key", isKey: true, fileName: "a"));
        Assert.Equal(Reused, list.Move(1, 2, "1-1", operation: "key", isKey: true, fileName: "a", command: "1"));

        list.WaitMinutes(60);
        Assert.Equal(StageMoveOutcome.Done, list.Move(2, 2, operation: "key", isKey: true).Outcome);
        Assert.Equal(2, list.Job(2).Stage);
    }

    [Fact]
    public void A_repeat_that_nothing_tells_does_not_take_the_job_out_of_the_next_workers_hands()
    {
        var list = TestList.Of([1]);
        list.Get(0);
        list.Move(1, 2, caller: "a");
        list.Get(2);
        list.WaitMinutes(2);

        Assert.Equal(StageMoveOutcome.Done, list.Move(1, 2, caller: "a").Outcome);

        Assert.True(list.Job(1).IsHandedOut);
    }

    [Theory]
    [InlineData("b", 2, 0)]
    [InlineData("a", 3, 0)]
    [InlineData("a", 2, 120_001)]
    public void A_move_of_another_to_another_stage_or_much_later_is_none(string caller, int stage, int milliseconds)
    {
        var list = TestList.Of([1]);
        list.Get(0);
        list.Move(1, 2, caller: "a");
        list.Get(2);
        list.Wait(TimeSpan.FromMilliseconds(milliseconds));

        list.Move(1, stage, caller: caller);

        Assert.Equal((stage, false), (list.Job(1).Stage, list.Job(1).IsHandedOut));
    }

    [Fact]
    public void Workers_behind_one_address_may_give_a_job_back_one_after_the_other()
    {
        var list = TestList.Of([1]);
        for (var worker = 0; worker < 3; worker++)
        {
            list.Get(0);
            list.Move(1, 0, caller: "one address");
            Assert.False(list.Job(1).IsHandedOut);
        }
    }

    [Fact]
    public void What_a_job_remembers_of_moves_does_not_grow_for_ever()
    {
        var list = TestList.Of([1]);
        for (var turn = 0; turn < 40; turn++)
        {
            var grant = list.Get(0);
            list.Move(1, 0, lease: turn % 2 == 0 ? grant.Lease : null, isKey: turn % 4 == 3);
            list.WaitSeconds(1);
        }

        Assert.Equal(10, list.Job(1).Moves.Count(move => move.IsKey));
        Assert.InRange(list.Job(1).Moves.Count(move => !move.IsKey), 1, 16);
        list.WaitMinutes(24 * 60);
        list.Move(1, 0);
        Assert.Single(list.Job(1).Moves);
    }

    [Fact]
    public void Commands_that_would_be_too_large_in_all_change_nothing()
    {
        var list = new TestList { Limits = new(10, 20) };
        list.Add(0, 1, 2);

        var refused = list.Move(1, 2, command: "\"1234567890\"");

        Assert.Equal(StageMoveOutcome.TooLarge, refused.Outcome);
        Assert.Contains("20 bytes", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(0, list.Job(1).Stage);
        Assert.Equal(StageMoveOutcome.Done, list.Move(1, 2, command: "[]").Outcome);
        Assert.Equal(11, list.State.CommandBytes);
    }

    private static readonly StageMoveResult Reused = new(StageMoveOutcome.KeyReused);
}
