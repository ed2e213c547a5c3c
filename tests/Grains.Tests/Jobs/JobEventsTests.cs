using System.Text.Json;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using static Sluice.Grains.Tests.Jobs.ManagedJobs;

namespace Sluice.Grains.Tests.Jobs;

public sealed class JobEventsTests
{
    [Fact]
    public void A_deployment_tells_what_was_deployed()
    {
        var deployed = Single(JobState.Nothing, Deployed());
        Assert.Equal(("a", "uid-1", EventKind.Deployed), (deployed.Job, deployed.Uid, deployed.Kind));
        Assert.Equal("PyTorchJob of 2 to 8 GPUs", deployed.Reason);
    }

    [Fact]
    public void An_attempt_that_runs_says_on_what_and_since_when()
    {
        var granted = ManagedTransitions.ApplyAllocation(Deployed(), Granted(5, 4));
        Assert.Empty(Between(Deployed(), granted));

        var running = Single(granted, Report(granted, RunPhase.Running, generation: 5, attempt: 1, seconds: -3));

        Assert.Equal((EventKind.Running, Now.AddSeconds(-3)), (running.Kind, running.Time));
        Assert.Equal("attempt 1 with 4 GPUs on node:0,1,2,3", running.Reason);
        Assert.Equal((4, 5L, 1), (running.GpusAfter, running.Generation, running.Attempt));
    }

    [Fact]
    public void A_repeated_report_tells_nothing_again() =>
        Assert.Empty(Between(Running(), Report(Running(), RunPhase.Running, generation: 5, attempt: 1)));

    [Fact]
    public void A_checkpoint_notification_is_no_event() =>
        Assert.Empty(Between(Running(), JobTransitions.UpdateCheckpoint(
            Running(), new() { LastCheckpointTime = Number.Of(1), CompletedEpochs = Number.Of(1) }, Now).Next));

    [Fact]
    public void A_run_that_is_stopped_tells_what_it_lost()
    {
        var resized = ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2));
        var stopped = Single(resized, Report(resized, RunPhase.Stopped, generation: 6, attempt: 1, seconds: 75));
        Assert.Equal(
            (EventKind.Stopped, "to start again with other GPUs; 75.0 s of training lost"),
            (stopped.Kind, stopped.Reason));
        Assert.Equal((75.0, 1, Now.AddSeconds(75)), (stopped.LostSeconds, stopped.Attempt, stopped.Time));

        var preempted = ManagedTransitions.ApplyAllocation(Running(), Waits(6));
        Assert.Equal(
            "its GPUs were taken back; no training lost",
            Single(preempted, Report(preempted, RunPhase.Stopped, generation: 6, attempt: 1)).Reason);
    }

    [Fact]
    public void A_failure_tells_how_it_ended_and_when_it_starts_again()
    {
        var failed = Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 3, seconds: 2);
        var restarting = Single(Running(), failed);
        Assert.Equal(EventKind.Restarting, restarting.Kind);
        Assert.Equal(
            "exited with status 3; starts again in 1 s, restart 1; 2.0 s of training lost", restarting.Reason);
        Assert.Equal((1, 1, 3, 2.0), (
            restarting.Attempt, restarting.Restarts, restarting.ExitCode, restarting.LostSeconds));
    }

    [Fact]
    public void A_job_that_completes_or_fails_for_good_tells_so_once()
    {
        var completed = Single(Running(), Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0));
        Assert.Equal((EventKind.Completed, 0, 4), (completed.Kind, completed.ExitCode, completed.GpusBefore));

        var fragile = Running(Manifests.RestartPolicy.Never);
        var failed = Single(fragile, Report(fragile, RunPhase.Exited, generation: 5, attempt: 1, exitCode: 7));
        Assert.Equal(
            (EventKind.Failed, "exited with status 7; it is not started again"), (failed.Kind, failed.Reason));
    }

    [Fact]
    public void A_job_that_is_ended_by_request_tells_when_nothing_of_it_runs_any_more()
    {
        var ended = ManagedTransitions.EndByStatus(Running(), JobStatus.Completed, Now);
        var byRequest = Single(Running(), ended);
        Assert.Equal((EventKind.Completed, "set to completed by request"), (byRequest.Kind, byRequest.Reason));

        var gone = Report(ended, RunPhase.Stopped, generation: 5, attempt: 1, isUnwanted: true);
        Assert.Equal(EventKind.Ended, Single(ended, gone).Kind);
    }

    [Fact]
    public void A_deletion_is_told_and_later_that_nothing_runs_any_more_also_beside_a_successor()
    {
        var deleted = JobTransitions.Delete(Running()).Next;
        Assert.Equal((EventKind.Deleted, "uid-1"), Pair(Single(Running(), deleted)));

        var successor = DeployTransitions.Deploy(
            deleted, "a", Manifest(), Ask(), "uid-2", Options, Now).Next;
        Assert.Equal((EventKind.Deployed, "uid-2"), Pair(Single(deleted, successor)));
        var gone = Report(successor, RunPhase.Stopped, generation: 5, attempt: 1, isUnwanted: true);
        Assert.Equal((EventKind.Ended, "uid-1"), Pair(Single(successor, gone)));
    }

    [Fact]
    public void External_jobs_have_no_events()
    {
        var added = JobTransitions.Add(
            JobState.Nothing, "a", new() { GpuReq = 1, GpuLim = 2, GpuAssigned = 1 }, Now).Next;
        var updated = JobTransitions.UpdateStatus(added, new() { Status = JobStatus.Completed }, Now).Next;
        Assert.Empty(Between(JobState.Nothing, added));
        Assert.Empty(Between(added, updated));
        Assert.Empty(Between(updated, JobTransitions.Delete(updated).Next));
    }

    [Fact]
    public void A_reason_is_one_line_of_bounded_length()
    {
        var happened = new EventDetails { Reason = "one\ntwo " + new string('x', 5_000) }.New(EventKind.Failed, Now);
        var reason = EventViews.Of(new(1, happened)).Reason;
        Assert.StartsWith("one two x", reason, StringComparison.Ordinal);
        Assert.Equal(EventDetails.MaxReasonLength, reason.Length);
    }

    [Fact]
    public void The_row_does_not_keep_its_events()
    {
        var deployed = Deployed();
        var telling = deployed with { NewEvents = Between(JobState.Nothing, deployed) };
        Assert.Equal(Json(deployed), Json(telling));
        Assert.Single(((IStoredJob)telling).NewEvents);
    }

    [Fact]
    public void What_a_newer_version_stored_of_an_event_is_read()
    {
        var row = new EventRow(7, new()
        {
            At = Now,
            Kind = "teleported",
            Body = """{"reason":"far away","planet":"mars","gpus_after":2}"""u8.ToArray(),
        });
        var read = EventViews.Of(row);
        Assert.Equal((7L, "teleported", "far away", 2), (read.Number, read.Kind, read.Reason, read.GpusAfter));
    }

    private static string Json(JobState state) =>
        JsonSerializer.Serialize(state, GrainsJsonContext.Default.JobState);

    private static (string Kind, string? Uid) Pair(ClusterEvent happened) => (happened.Kind, happened.Uid);

    private static ClusterEvent Single(JobState before, JobState after) =>
        EventViews.Of(new(1, Assert.Single(Between(before, after))));

    private static System.Collections.Immutable.ImmutableArray<NewEvent> Between(JobState before, JobState after) =>
        JobEvents.Between(before, after, "job/default/a", Now);
}
