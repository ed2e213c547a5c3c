using System.Text.Json;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;
using static Sluice.Grains.Tests.Jobs.ManagedJobs;

namespace Sluice.Grains.Tests.Jobs;

public sealed class ManagedTransitionsTests
{
    [Fact]
    public void A_deployed_job_waits_until_it_is_allocated()
    {
        var state = Deployed();
        Assert.Equal(("scheduled", 0), (state.Record!.Status, state.Record.GpuAssigned));
        Assert.False(state.Managed!.ShouldRun);
        Assert.True(state.IsActive);
    }

    [Fact]
    public void An_allocation_is_taken_over_once_and_an_older_one_never()
    {
        var first = ManagedTransitions.ApplyAllocation(Deployed(), Granted(5, 4));
        Assert.Equal((4, 1, 5), (first.Record!.GpuAssigned, first.Managed!.Attempt, first.Managed.Generation));
        Assert.Same(first, ManagedTransitions.ApplyAllocation(first, Granted(5, 4)));
        Assert.Same(first, ManagedTransitions.ApplyAllocation(first, Granted(4, 8)));
        Assert.Same(first, ManagedTransitions.ApplyAllocation(first, Granted(9, 8) with { Uid = "another" }));
    }

    [Fact]
    public void A_job_runs_once_its_executor_says_so_for_the_newest_generation_and_attempt()
    {
        var state = ManagedTransitions.ApplyAllocation(Deployed(), Granted(5, 4));
        Assert.Equal(state with { },
            Report(state, RunPhase.Running, generation: 4, attempt: 1) with { Managed = state.Managed });
        var running = Report(state, RunPhase.Running, generation: 5, attempt: 1);
        Assert.Equal(("running", Now), (running.Record!.Status, running.Managed!.RunningSince));
        Assert.Equal(5, running.Managed.ConfirmedGeneration);
    }

    [Fact]
    public void A_resize_keeps_the_status_and_starts_another_attempt()
    {
        var running = Running();
        var resized = ManagedTransitions.ApplyAllocation(running, Granted(6, 2));
        Assert.Equal(("running", 2, 2), (resized.Record!.Status, resized.Record.GpuAssigned, resized.Managed!.Attempt));
        Assert.Equal(5, resized.Managed.ConfirmedGeneration);
        var stopped = Report(resized, RunPhase.Stopped, generation: 6, attempt: 1);
        Assert.Equal(6, stopped.Managed!.ConfirmedGeneration);
        Assert.True(stopped.Managed.ShouldRun);
        Assert.Equal(0, stopped.Record!.Restarts);
    }

    [Fact]
    public void A_job_whose_GPUs_were_taken_back_is_suspended_and_goes_on_later()
    {
        var waits = ManagedTransitions.ApplyAllocation(Running(), Waits(6));
        Assert.Equal(
            ("suspended", 0, false), (waits.Record!.Status, waits.Record.GpuAssigned, waits.Managed!.ShouldRun));
        var again = ManagedTransitions.ApplyAllocation(waits, Granted(7, 2));
        Assert.Equal(("scheduled", true), (again.Record!.Status, again.Managed!.ShouldRun));
    }

    [Fact]
    public void An_exit_with_0_completes_the_job_and_gives_its_GPUs_back()
    {
        var ended = Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0);
        Assert.Equal(("completed", 0), (ended.Record!.Status, ended.Record.GpuAssigned));
        Assert.True(ended.Managed!.IsEndConfirmed);
        Assert.False(ended.IsActive);
    }

    [Fact]
    public void An_exit_with_0_just_as_it_is_resized_completes_the_job_too()
    {
        var resized = ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2));
        var ended = Report(resized, RunPhase.Exited, generation: 6, attempt: 1, exitCode: 0);
        Assert.Equal("completed", ended.Record!.Status);
        Assert.True(ended.Managed!.IsEndConfirmed);
    }

    [Fact]
    public void A_failure_is_restarted_after_a_back_off_that_doubles()
    {
        var state = Running();
        var waits = new List<TimeSpan>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            state = Report(state, RunPhase.Exited, generation: 5, attempt, exitCode: 1);
            waits.Add(state.Managed!.NotBefore!.Value - Now);
            Assert.Equal(attempt, state.Record!.Restarts);
            Assert.Equal(attempt + 1, state.Managed.Attempt);
        }

        Assert.Equal([1, 2, 4], waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public void A_repeated_report_of_a_failure_counts_once()
    {
        var failed = Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 1);
        Assert.Equal(failed, Report(failed, RunPhase.Exited, generation: 5, attempt: 1, exitCode: 1));
    }

    [Fact]
    public void After_too_many_failures_in_a_row_the_job_has_failed_and_a_checkpoint_clears_the_count()
    {
        var state = Running();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            state = Report(state, RunPhase.Exited, generation: 5, attempt, exitCode: 1);
        }

        state = JobTransitions.UpdateCheckpoint(
            state, new() { LastCheckpointTime = Number.Of(1_700_000_100), CompletedEpochs = Number.Of(1) }, Now).Next;
        Assert.Equal(0, state.Managed!.Failures);
        for (var attempt = 3; attempt <= 6; attempt++)
        {
            Assert.Equal("scheduled", state.Record!.Status);
            state = Report(state, RunPhase.Exited, generation: 5, attempt, exitCode: 9);
        }

        Assert.Equal(("failed", 9), (state.Record!.Status, state.Managed!.ExitCode));
        Assert.True(state.Managed.IsEndConfirmed);
    }

    [Fact]
    public void A_deleted_job_that_still_trains_does_not_speak_for_its_successor()
    {
        var state = Running();
        var notification = new UpdateCheckpoint
        {
            LastCheckpointTime = Number.Of(1_700_000_100),
            CompletedEpochs = Number.Of(1),
            RunUid = "predecessor",
        };

        var refused = JobTransitions.UpdateCheckpoint(state, notification, Now);
        var taken = JobTransitions.UpdateCheckpoint(state, notification with { RunUid = state.Managed!.Uid }, Now);

        Assert.Equal((JobOutcome.NotFound, false), (refused.Answer.Outcome, refused.IsChanged));
        Assert.Equal((JobOutcome.Done, true), (taken.Answer.Outcome, taken.IsChanged));
    }

    [Fact]
    public void An_attempt_that_was_stopped_though_it_should_run_is_followed_by_another()
    {
        var stopped = Report(Running(), RunPhase.Stopped, generation: 5, attempt: 3);
        Assert.Equal(4, stopped.Managed!.Attempt);
        Assert.Equal(0, stopped.Record!.Restarts);
    }

    [Fact]
    public void A_late_report_that_an_earlier_attempt_was_stopped_leaves_the_one_that_runs_alone()
    {
        var resized = Report(
            ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2)), RunPhase.Stopped, generation: 6, attempt: 1);
        var again = Report(resized, RunPhase.Running, generation: 6, attempt: 2);
        Assert.NotNull(again.Managed!.RunningSince);
        Assert.Equal(again, Report(again, RunPhase.Stopped, generation: 6, attempt: 1));
    }

    [Fact]
    public void A_job_that_never_restarts_fails_at_once()
    {
        var state = Running(RestartPolicy.Never);
        Assert.Equal("failed", Report(state, RunPhase.Exited, generation: 5, attempt: 1, exitCode: 3).Record!.Status);
    }

    [Fact]
    public void A_job_that_is_set_to_completed_holds_its_GPUs_until_its_end_is_confirmed()
    {
        var ending = JobTransitions.UpdateStatus(Running(), new() { Status = "completed" }, Now).Next;
        Assert.Equal(("completed", 4), (ending.Record!.Status, ending.Record.GpuAssigned));
        Assert.True(ending.IsActive);
        Assert.False(ending.Managed!.ShouldRun);
        var claim = Assert.Single(JobClaims.From("job/default/a", 1, ending));
        Assert.Equal((true, false), (claim.IsEnding, claim.IsEnded));
        Assert.Equal(ending, Report(ending, RunPhase.Stopped, generation: 5, attempt: 1));
        Assert.Equal(ending, Report(ending, RunPhase.Stopped, generation: 4, attempt: 1, isUnwanted: true));
        var ended = Report(ending, RunPhase.Stopped, generation: 5, attempt: 1, isUnwanted: true);
        Assert.Equal(0, ended.Record!.GpuAssigned);
        Assert.False(ended.IsActive);
    }

    [Fact]
    public void Other_statuses_that_somebody_sets_on_a_managed_job_do_nothing()
    {
        var running = Running();
        Assert.Equal(
            "running", JobTransitions.UpdateStatus(running, new() { Status = "paused" }, Now).Answer.Job!.Status);
    }

    [Fact]
    public void A_deleted_job_is_ended_by_its_uid_while_a_successor_may_take_its_name()
    {
        var deleted = JobTransitions.Delete(Running()).Next;
        Assert.True(deleted.IsActive);
        Assert.Null(deleted.Record);
        var successor = DeployTransitions.Deploy(deleted, "a", Manifest(), Ask("other"), "uid-2", Options, Now).Next;
        Assert.Equal(
            ["uid-1", "uid-2"], JobClaims.From("job/default/a", 1, successor).Select(claim => claim.Uid));
        Assert.Equal(successor, Report(successor, RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0));
        var ended = Report(successor, RunPhase.Stopped, generation: 5, attempt: 1, isUnwanted: true);
        Assert.Empty(ended.Ending);
        Assert.Equal("uid-2", ended.Managed!.Uid);
        Assert.Equal(ended, Report(ended, RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0));
    }

    [Fact]
    public void What_may_come_from_a_deleted_job_that_still_trains_says_nothing_of_its_successor()
    {
        var deleted = JobTransitions.Delete(Running()).Next;
        var successor = DeployTransitions.Deploy(deleted, "a", Manifest(), Ask(), "uid-2", Options, Now).Next;
        var old = new UpdateCheckpoint { LastCheckpointTime = Number.Of(1_700_000_100), CompletedEpochs = Number.Of(7) };
        var decision = JobTransitions.UpdateCheckpoint(successor, old, Now);
        Assert.Equal((JobOutcome.NotFound, false), (decision.Answer.Outcome, decision.IsChanged));
        Assert.Equal(
            JobOutcome.Done,
            JobTransitions.UpdateCheckpoint(successor, old with { RunUid = "uid-2" }, Now).Answer.Outcome);
        var alone = Report(successor, RunPhase.Stopped, generation: 5, attempt: 1, isUnwanted: true);
        Assert.Equal(JobOutcome.Done, JobTransitions.UpdateCheckpoint(alone, old, Now).Answer.Outcome);
    }

    [Fact]
    public void A_repeated_deletion_is_answered_as_the_first_and_leaves_the_successor_alone()
    {
        var deleted = JobTransitions.Delete(Running(), "op-1");
        Assert.Equal(JobOutcome.Done, deleted.Answer.Outcome);
        AssertRepeat(deleted.Next, JobTransitions.Delete(deleted.Next, "op-1"));
        Assert.Equal(JobOutcome.NotFound, JobTransitions.Delete(deleted.Next, "op-2").Answer.Outcome);
        Assert.Equal(JobOutcome.NotFound, JobTransitions.Delete(deleted.Next).Answer.Outcome);
        var successor = DeployTransitions.Deploy(deleted.Next, "a", Manifest(), Ask(), "uid-2", Options, Now).Next;
        AssertRepeat(successor, JobTransitions.Delete(successor, "op-1"));

        static void AssertRepeat(JobState state, JobDecision decision)
        {
            Assert.Equal((JobOutcome.Done, false), (decision.Answer.Outcome, decision.IsChanged));
            Assert.Same(state, decision.Next);
        }
    }

    [Fact]
    public void A_job_that_waits_for_its_next_start_is_scheduled_and_says_why_and_until_when()
    {
        var failed = Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 3);
        Assert.Equal("scheduled", failed.Record!.Status);
        var at = failed.Managed!.NotBefore!.Value.UtcDateTime;
        Assert.Equal(
            $"exited with status 3; it starts again at {at:HH:mm:ss} UTC, and keeps its GPUs",
            JobDescriptions.Of(failed)!.Reason);
        Assert.Equal("a test", JobDescriptions.Of(ManagedTransitions.ApplyAllocation(failed, Waits(6)))!.Reason);
    }

    [Fact]
    public void A_managed_row_reads_back_and_tells_that_it_may_run()
    {
        var state = Running();
        var json = JsonSerializer.SerializeToUtf8Bytes(state, GrainsJsonContext.Default.JobState);
        var row = new JobRow("job/default/a", 1, 1, IsDeleted: false, json);
        Assert.True(JobRows.MayRun(row));
        Assert.Equal(json, JsonSerializer.SerializeToUtf8Bytes(JobRows.Parse(row), GrainsJsonContext.Default.JobState));
    }
}
