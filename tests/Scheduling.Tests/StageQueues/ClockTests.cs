using Sluice.Scheduling.StageQueues;

namespace Sluice.Scheduling.Tests.StageQueues;

public sealed class ClockTests
{
    [Fact]
    public void A_job_is_flagged_when_its_stages_lifetime_is_over_and_not_before()
    {
        var list = TestList.Of([1], 5, 10);
        list.Get(0);
        Assert.Equal(TestList.Start.AddMinutes(10), list.State.NextDue);

        list.WaitMinutes(9.999);
        list.Sweep();
        Assert.Null(list.Job(1).FlaggedAt);
        list.WaitMinutes(0.001);
        list.Sweep();

        Assert.Equal(list.Now, list.Job(1).FlaggedAt);
        Assert.Equal((1, true), (list.Job(1).Stage, list.Job(1).IsHandedOut));
        Assert.Null(list.State.NextDue);
    }

    [Fact]
    public void Jobs_that_wait_and_those_of_the_last_stage_are_flagged_too()
    {
        var list = TestList.Of([1, 2], 1, 0, 2);
        list.Move(2, 2);
        list.WaitMinutes(2);
        list.Sweep();

        Assert.Equal([1, 2], list.State.Flagged);
        Assert.Null(list.Job(1).Hand);
    }

    [Fact]
    public void A_stage_without_a_lifetime_or_with_0_has_no_limit()
    {
        var list = TestList.Of([1, 2], 0);
        list.Move(2, 7);
        list.WaitMinutes(1e9);
        list.Sweep();

        Assert.Empty(list.State.Flagged);
        Assert.Null(list.State.NextDue);
    }

    [Fact]
    public void A_lease_that_is_over_takes_the_job_back_to_where_it_waited_whatever_the_lifetime()
    {
        var list = TestList.Of([1], 0, 0.01);
        list.Get(0, 1, lease: 60);
        list.WaitSeconds(59);
        list.Sweep();
        Assert.Equal((1, null), (list.Job(1).Stage, list.Job(1).FlaggedAt));

        list.WaitSeconds(1);
        list.Sweep();

        var job = list.Job(1);
        Assert.Equal((0, false, 1, list.Now), (job.Stage, job.IsHandedOut, job.FailedAttempts, job.Since));
        Assert.Equal(1, list.Get(0).FailedAttempts);
    }

    [Fact]
    public void A_job_that_failed_as_often_as_it_may_stays_flagged_in_the_last_hands()
    {
        var list = TestList.Of([1]);
        list.Set(maxAttempts: 3);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            list.Get(0, lease: 1);
            list.WaitSeconds(1);
            list.Sweep();
        }

        Assert.Equal((1, true, 2), (list.Job(1).Stage, list.Job(1).IsHandedOut, list.Job(1).FailedAttempts));
        Assert.Equal(list.Now, list.Job(1).FlaggedAt);
        Assert.Equal(StageMoveOutcome.Done, list.Move(1, 2, lease: list.Job(1).Lease).Outcome);
    }

    [Fact]
    public void Without_a_limit_of_attempts_a_job_goes_back_always()
    {
        var list = TestList.Of([1]);
        list.Set(maxAttempts: 0);
        for (var attempt = 0; attempt < 50; attempt++)
        {
            Assert.Equal(attempt, list.Get(0, lease: 1).FailedAttempts);
            list.WaitSeconds(1);
        }
    }

    [Fact]
    public void Redelivery_takes_back_what_is_over_its_lifetime_and_what_was_flagged_before_it_was_turned_on()
    {
        var list = TestList.Of([1, 2], 0, 1);
        list.Get(0);
        list.WaitMinutes(1);
        list.Sweep();
        Assert.Equal([1], list.State.Flagged);

        list.Set(redeliver: true);
        Assert.Equal((0, 1), (list.Job(1).Stage, list.Job(1).FailedAttempts));
        Assert.Empty(list.State.Flagged);

        list.Get(0);
        list.Get(0);
        list.WaitMinutes(1);
        list.Sweep();
        Assert.Equal((0, 0), (list.Job(1).Stage, list.Job(2).Stage));
    }

    [Fact]
    public void More_attempts_let_what_was_given_up_go_back()
    {
        var list = TestList.Of([1]);
        list.Set(maxAttempts: 1);
        list.Get(0, lease: 1);
        list.WaitSeconds(1);
        list.Sweep();
        Assert.Single(list.State.Flagged);

        list.Set(maxAttempts: 2);

        Assert.Equal((0, 1), (list.Job(1).Stage, list.Job(1).FailedAttempts));
    }

    [Fact]
    public void Settings_that_are_not_named_stay()
    {
        var list = TestList.Of([]);
        list.Set(redeliver: true);
        list.Set(maxAttempts: 9);

        Assert.Equal((true, 9), (list.State.Head.Redeliver, list.State.Head.MaxAttempts));
    }

    [Fact]
    public void A_redo_moves_the_flagged_jobs_of_a_stage_with_a_fresh_clock_and_counts_failed_hand_outs()
    {
        var list = TestList.Of([1, 2, 3], 1, 1);
        list.Get(0);
        list.WaitMinutes(0.5);
        list.Get(0);
        list.WaitMinutes(0.5);

        var done = list.Redo(1, 0);

        Assert.Equal((2, 1), (done.Flagged, done.Moved));
        Assert.Equal((0, 1, list.Now), (list.Job(1).Stage, list.Job(1).FailedAttempts, list.Job(1).Since));
        Assert.Null(list.Job(1).FlaggedAt);
        Assert.Equal((1, null), (list.Job(2).Stage, list.Job(2).FlaggedAt));
        Assert.Equal([3], list.State.Flagged);
        Assert.Equal(1, list.Redo(0, 4).Moved);
        Assert.Equal((4, 0), (list.Job(3).Stage, list.Job(3).FailedAttempts));
    }

    [Fact]
    public void A_repeated_redo_gets_the_first_answer_and_moves_nothing()
    {
        var list = TestList.Of([1], 1);
        list.WaitMinutes(1);
        var first = list.Redo(0, 0, "redo");
        list.WaitMinutes(1);

        Assert.Equal(first, list.Redo(0, 0, "redo"));
        Assert.Equal([1], list.State.Flagged);
    }

    [Fact]
    public void A_redone_hand_out_is_over()
    {
        var list = TestList.Of([1], 0, 1);
        var grant = list.Get(0, operation: "get");
        list.WaitMinutes(1);
        list.Redo(1, 0);

        Assert.Equal(StageMoveOutcome.LeaseOver, list.Move(1, 2, lease: grant.Lease).Outcome);
        Assert.Equal("1-2", list.Get(0, operation: "get").Lease);
    }

    [Fact]
    public void A_longer_lifetime_unflags_what_is_no_longer_over_it_and_a_shorter_one_flags_at_once()
    {
        var list = TestList.Of([1, 2], 1, 1);
        list.Get(0, lease: 3600);
        list.WaitMinutes(1);
        list.Sweep();
        Assert.Equal([2], list.State.Flagged);

        list.Do(draft => StageClocks.SetLifetime(draft, 0, 1.5));
        Assert.Empty(list.State.Flagged);
        Assert.Equal(TestList.Start.AddMinutes(1.5), list.State.NextDue);

        list.Do(draft => StageClocks.SetLifetime(draft, 0, 0.5));
        Assert.Equal([2], list.State.Flagged);

        list.Do(draft => StageClocks.SetLifetime(draft, 0, 0));
        Assert.Empty(list.State.Flagged);

        // The lease has a clock of its own.
        list.Do(draft => StageClocks.SetLifetime(draft, 1, 0.001));
        Assert.Empty(list.State.Flagged);
        Assert.Equal(TestList.Start.AddHours(1), list.State.NextDue);
    }

    [Fact]
    public void Lifetimes_are_initialized_once()
    {
        var list = TestList.Of([], 1, 2.5);
        list.Do(draft => StageClocks.Initialize(draft, [7]));

        Assert.Equal([1, 2.5], list.State.Head.Lifetimes.ToArray());
    }

    [Fact]
    public void Stages_below_one_that_gets_a_lifetime_have_no_limit()
    {
        var list = TestList.Of([]);
        list.Do(draft => StageClocks.SetLifetime(draft, 2, 5));

        Assert.Equal([0, 0, 5], list.State.Head.Lifetimes.ToArray());
    }

    [Fact]
    public void A_bounded_sweep_does_the_longest_due_first_and_a_job_that_is_touched_is_judged_anyway()
    {
        var list = TestList.Of([1, 2, 3], 0, 10);
        var grants = Enumerable.Range(0, 3).Select(_ => list.Get(0, lease: 1)).ToList();
        list.WaitSeconds(2);

        var draft = new StageQueueDraft(list.State, list.Limits, list.Now);
        StageClocks.Sweep(draft, max: 1);
        Assert.Equal((0, 1, 1), (draft.Find(1)!.Stage, draft.Find(2)!.Stage, draft.Find(3)!.Stage));

        var late = StageMoves.Move(
            draft, new() { JobId = 3, Stage = 2, OperationId = "x", Caller = "c", Lease = grants[2].Lease });
        Assert.Equal(StageMoveOutcome.LeaseOver, late.Outcome);
        Assert.Equal(0, draft.Find(3)!.Stage);
        Assert.Equal(StageMoveOutcome.LeaseOver, StageHandOuts.Extend(draft, 2, grants[1].Lease, null).Outcome);
        Assert.Equal(list.Now, draft.Find(2)!.Since);
    }
}
