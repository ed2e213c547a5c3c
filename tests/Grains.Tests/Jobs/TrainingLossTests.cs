using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using static Sluice.Grains.Tests.Jobs.ManagedJobs;

namespace Sluice.Grains.Tests.Jobs;

public sealed class TrainingLossTests
{
    [Fact]
    public void A_run_that_is_stopped_loses_what_it_trained_since_its_last_notification()
    {
        var resized = ManagedTransitions.ApplyAllocation(Notify(Running(), 60), Granted(6, 2));
        var stopped = Report(resized, RunPhase.Stopped, generation: 6, attempt: 1, seconds: 75);
        AssertLoss(stopped, 15, LossCause.Resized, inAll: 15);
    }

    [Fact]
    public void A_run_that_never_notified_loses_all_of_it()
    {
        var preempted = ManagedTransitions.ApplyAllocation(Running(), Waits(6));
        var stopped = Report(preempted, RunPhase.Stopped, generation: 6, attempt: 1, seconds: 40);
        AssertLoss(stopped, 40, LossCause.Preempted, inAll: 40);
    }

    [Theory]
    [InlineData(RunPhase.Stopped)]
    [InlineData(RunPhase.Exited)]
    public void How_long_a_run_was_silent_is_kept_with_what_it_held(RunPhase phase)
    {
        var preempted = phase == RunPhase.Stopped
            ? ManagedTransitions.ApplyAllocation(Running(), Waits(6))
            : Running();
        var ended = Report(
            preempted, phase, generation: phase == RunPhase.Stopped ? 6 : 5, attempt: 1, exitCode: 1, seconds: 40);

        var stretch = Assert.Single(ended.Managed!.History);
        Assert.Equal(Now.AddSeconds(40), stretch.SilentUntil);
        Assert.Equal((Now, 4), (stretch.Started.At, stretch.GpuCount));
    }

    [Fact]
    public void A_trainer_that_notifies_while_it_is_being_stopped_loses_what_came_after_that()
    {
        var resized = ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2));
        var stopped = Report(Notify(resized, 29.5), RunPhase.Stopped, generation: 6, attempt: 1, seconds: 30);
        AssertLoss(stopped, 0.5, LossCause.Resized, inAll: 0.5);
    }

    [Fact]
    public void A_repeated_or_late_notification_saves_nothing()
    {
        var notified = Notify(Running(), 10);
        var repeated = JobTransitions.UpdateCheckpoint(notified, Notification(10), Now.AddSeconds(50)).Next;
        var stopped = Report(
            ManagedTransitions.ApplyAllocation(repeated, Granted(6, 2)), RunPhase.Stopped, generation: 6, attempt: 1,
            seconds: 60);
        AssertLoss(stopped, 50, LossCause.Resized, inAll: 50);
    }

    [Fact]
    public void A_failure_loses_training_too_and_all_losses_add_up()
    {
        var failed = Report(
            Notify(Running(), 10), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 1, seconds: 13);
        AssertLoss(failed, 3, LossCause.Failed, inAll: 3);
        var again = Report(failed, RunPhase.Running, generation: 5, attempt: 2, seconds: 20);
        var resized = ManagedTransitions.ApplyAllocation(again, Granted(6, 2));
        AssertLoss(
            Report(resized, RunPhase.Stopped, generation: 6, attempt: 2, seconds: 24), 4, LossCause.Resized, inAll: 7);
    }

    [Fact]
    public void A_run_that_fails_just_as_it_is_resized_counts_as_resized_and_once()
    {
        var resized = ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2));
        var failed = Report(resized, RunPhase.Exited, generation: 6, attempt: 1, exitCode: 1, seconds: 8);
        AssertLoss(failed, 8, LossCause.Resized, inAll: 8);
        Assert.Equal((2, 0), (failed.Managed!.Attempt, failed.Record!.Restarts));
        Assert.Equal(failed, Report(failed, RunPhase.Exited, generation: 6, attempt: 1, exitCode: 1, seconds: 8));
    }

    [Fact]
    public void The_end_of_an_earlier_run_that_is_told_again_takes_nothing_from_the_one_that_runs()
    {
        var resized = ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2));
        var stopped = Report(resized, RunPhase.Stopped, generation: 6, attempt: 1, seconds: 5);
        var again = Report(stopped, RunPhase.Running, generation: 6, attempt: 2, seconds: 7);
        Assert.Equal(again, Report(again, RunPhase.Stopped, generation: 6, attempt: 1, seconds: 5));
        Assert.Equal(new UnsavedTraining(2, Now.AddSeconds(7)), again.Managed!.Unsaved);
    }

    [Fact]
    public void A_job_that_completes_loses_nothing()
    {
        var completed = Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0, seconds: 90);
        Assert.Equal((0.0, null), (completed.Managed!.LostSeconds, completed.Managed.LastLoss));
    }

    [Fact]
    public void A_clock_that_goes_back_makes_no_negative_loss()
    {
        var resized = ManagedTransitions.ApplyAllocation(Notify(Running(), 60), Granted(6, 2));
        AssertLoss(
            Report(resized, RunPhase.Stopped, generation: 6, attempt: 1, seconds: 50), 0, LossCause.Resized, inAll: 0);
    }

    private static void AssertLoss(JobState state, double seconds, LossCause cause, double inAll)
    {
        Assert.Equal((seconds, cause), (state.Managed!.LastLoss!.Seconds, state.Managed.LastLoss.Cause));
        Assert.Equal(inAll, state.Managed.LostSeconds);
        var description = JobDescriptions.Of(state)!;
        Assert.Equal(
            (inAll, seconds, cause.ToString().ToLowerInvariant()),
            (description.LostSeconds, description.LastLostSeconds, description.LastLossCause));
    }

    private static JobState Notify(JobState state, double seconds) =>
        JobTransitions.UpdateCheckpoint(state, Notification(seconds), Now.AddSeconds(seconds)).Next;

    private static UpdateCheckpoint Notification(double seconds) =>
        new() { LastCheckpointTime = Number.Of(5_000_000 + seconds), CompletedEpochs = Number.Of(seconds) };
}
