using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using static Sluice.Grains.Tests.Jobs.ManagedJobs;

namespace Sluice.Grains.Tests.Jobs;

public sealed class DeploymentTests
{
    [Fact]
    public void A_free_name_is_taken_by_a_job_that_waits()
    {
        var decision = Deploy(JobState.Nothing);
        Assert.Equal((DeployOutcome.Created, true, null), (decision.Outcome, decision.IsChanged, decision.Problem));
        Assert.Equal(("uid-9", "scheduled"), (decision.Next.Managed!.Uid, decision.Next.Record!.Status));
    }

    [Fact]
    public void Where_there_are_as_many_jobs_as_may_be_no_other_is_taken()
    {
        var decision = Deploy(JobState.Nothing, new ManagedJobCount(Active: 10_000, Max: 10_000));
        Assert.Equal((DeployOutcome.Full, false), (decision.Outcome, decision.IsChanged));
        Assert.Equal(
            "10,000 jobs wait or run, and 10,000 may; delete one, or wait until one ends", decision.Problem);
        Assert.Same(JobState.Nothing, decision.Next);
        Assert.Equal(
            DeployOutcome.Created, Deploy(JobState.Nothing, new ManagedJobCount(Active: 9_999, Max: 10_000)).Outcome);
    }

    [Fact]
    public void A_job_that_is_there_already_is_told_so_also_where_no_other_is_taken() => Assert.Equal(
        DeployOutcome.Unchanged, Deploy(Running(), new ManagedJobCount(Active: 2, Max: 1)).Outcome);

    [Fact]
    public void The_same_manifest_again_changes_nothing()
    {
        var running = Running();
        var decision = Deploy(running);
        Assert.Equal((DeployOutcome.Unchanged, false), (decision.Outcome, decision.IsChanged));
        Assert.Same(running, decision.Next);
    }

    [Fact]
    public void Another_manifest_under_the_name_is_a_conflict() =>
        AssertConflict(Running(), "a is deployed with another manifest; delete it first", manifestText: "another");

    [Fact]
    public void A_job_that_has_ended_keeps_its_name_even_from_the_same_manifest() => AssertConflict(
        Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0), "a has completed; delete it first");

    [Fact]
    public void The_name_of_an_external_job_is_a_conflict() => AssertConflict(
        JobTransitions.Add(JobState.Nothing, "a", new() { GpuReq = 1, GpuLim = 1, GpuAssigned = 1 }, Now).Next,
        "a is the name of a job that Sluice does not run; delete it first");

    [Fact]
    public void A_manifest_of_another_name_is_refused()
    {
        var decision = DeployTransitions.Deploy(JobState.Nothing, "b", Manifest(), Ask("m"), "uid-9", Options, Now);
        Assert.Equal((DeployOutcome.Invalid, "metadata.name must be b"), (decision.Outcome, decision.Problem));
        Assert.False(decision.IsChanged);
    }

    [Fact]
    public void A_successor_may_be_deployed_while_its_predecessor_is_being_ended()
    {
        var deleted = JobTransitions.Delete(Running()).Next;
        var decision = Deploy(deleted);
        Assert.Equal(DeployOutcome.Created, decision.Outcome);
        Assert.Equal("uid-1", Assert.Single(decision.Next.Ending).Uid);
    }

    [Fact]
    public void Only_a_managed_job_that_has_not_ended_can_be_scaled()
    {
        Assert.Null(ManagedTransitions.RefuseScaling(Running(), "a"));
        Assert.Equal(ScaleOutcome.NotFound, ManagedTransitions.RefuseScaling(JobState.Nothing, "a")!.Outcome);
        var external = JobTransitions.Add(
            JobState.Nothing, "a", new() { GpuReq = 1, GpuLim = 1, GpuAssigned = 1 }, Now).Next;
        Assert.Equal("a is run by somebody else", ManagedTransitions.RefuseScaling(external, "a")!.Reason);
        var ended = Report(Running(), RunPhase.Exited, generation: 5, attempt: 1, exitCode: 0);
        Assert.Equal("a has ended", ManagedTransitions.RefuseScaling(ended, "a")!.Reason);
    }

    [Fact]
    public void A_trainer_is_told_of_a_resize_that_was_decided_at_its_notification_and_of_no_other()
    {
        var notified = Running();
        Assert.Null(ManagedTransitions.ResizeSince(notified, notified));
        Assert.Equal(
            new Resize(2, 6),
            ManagedTransitions.ResizeSince(notified, ManagedTransitions.ApplyAllocation(notified, Granted(6, 2))));
        Assert.Null(
            ManagedTransitions.ResizeSince(notified, ManagedTransitions.ApplyAllocation(notified, Waits(6))));
    }

    [Fact]
    public void A_resize_is_under_way_until_the_executor_confirms_it_and_a_first_start_is_none()
    {
        Assert.Null(ManagedTransitions.ResizeUnderWay(Running()));
        var resized = ManagedTransitions.ApplyAllocation(Running(), Granted(6, 2));
        Assert.Equal(new Resize(2, 6), ManagedTransitions.ResizeUnderWay(resized));
        Assert.Null(ManagedTransitions.ResizeUnderWay(Report(resized, RunPhase.Running, generation: 6, attempt: 2)));
        Assert.Null(ManagedTransitions.ResizeUnderWay(ManagedTransitions.ApplyAllocation(Running(), Waits(6))));
        Assert.Null(ManagedTransitions.ResizeUnderWay(
            ManagedTransitions.ApplyAllocation(Deploy(JobState.Nothing).Next, Granted(6, 2))));
    }

    [Fact]
    public void A_repeat_of_the_operation_that_made_the_job_is_answered_as_the_first()
    {
        var made = DeployTransitions.Deploy(
            JobState.Nothing, "a", Manifest(), Ask(operationId: "op-1"), "uid-9", Options, Now).Next;
        var repeat = DeployTransitions.Deploy(made, "a", Manifest(), Ask(operationId: "op-1"), "uid-8", Options, Now);
        Assert.Equal((DeployOutcome.Created, false), (repeat.Outcome, repeat.IsChanged));
        Assert.Same(made, repeat.Next);
        var other = DeployTransitions.Deploy(made, "a", Manifest(), Ask(operationId: "op-2"), "uid-8", Options, Now);
        Assert.Equal(DeployOutcome.Unchanged, other.Outcome);
    }

    private static void AssertConflict(JobState state, string problem, string manifestText = "the manifest")
    {
        var decision = DeployTransitions.Deploy(state, "a", Manifest(), Ask(manifestText), "uid-9", Options, Now);
        Assert.Equal((DeployOutcome.Conflict, problem), (decision.Outcome, decision.Problem));
        Assert.Same(state, decision.Next);
    }

    private static DeployDecision Deploy(JobState state, ManagedJobCount? jobs = null) =>
        DeployTransitions.Deploy(state, "a", Manifest(), Ask(), "uid-9", Options, Now, jobs);
}
