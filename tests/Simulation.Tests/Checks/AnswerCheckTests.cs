using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Scheduling.Ledger;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>What clients are answered.</summary>
public sealed class AnswerCheckTests : CheckBench
{
    private readonly AnswerCheck _answers;

    public AnswerCheckTests()
    {
        _answers = new(Rows, Ledger, Fail);
        Ledger.Seen = _answers.Seen;
        Rows.Seen = (key, version) => _answers.Seen(key, version.State);
    }

    [Fact]
    [Breaks(Promises.AcknowledgedIsStored)]
    public void An_answer_that_holds_of_no_version_shows()
    {
        var early = _answers.Begin(Key, "count");
        _answers.Answered(early, "Done", Claim.OfRow(row => row.Record is not null));
        Assert.Equal([Promises.AcknowledgedIsStored], Broken);

        var late = _answers.Begin(Key, "count");
        Write(Counted(0));
        Write(JobState.Nothing);
        _answers.Answered(late, "Done", Claim.OfRow(row => row.Record is not null));
        Assert.Single(Broken);
    }

    [Fact]
    public void What_one_of_two_servers_has_in_memory_may_be_old_and_what_is_acknowledged_may_not()
    {
        var written = Claim.OfRow(row => row.Record is not null);
        var shown = Claim.OfRow(row => row.Record is not null, isFromMemory: true);

        _answers.Answered(_answers.Begin(Key, "get"), "one", shown, isAlone: false);
        Assert.Empty(Broken);

        _answers.Answered(_answers.Begin(Key, "get"), "one", shown);
        _answers.Answered(_answers.Begin(Key, "count"), "Done", written, isAlone: false);
        Assert.Equal(2, Broken.Count);
    }

    [Fact]
    public void The_record_that_comes_with_an_answer_must_have_been()
    {
        Write(Counted(0));
        var claim = Claim.OfRow(_ => true);

        Assert.True(Holds(claim.With(Counted(0).Record)));
        Assert.False(Holds(claim.With(Counted(1).Record)));
    }

    [Fact]
    public void A_resize_must_be_one_that_the_job_has_taken_over()
    {
        var applied = new Allocation { Uid = "u1", Generation = 3, GpuCount = 2, IsAdmitted = true, Reason = "new" };
        var state = Deployed("u1");
        Write(state);
        Write(state with { Managed = state.Managed! with { Applied = applied } });

        Assert.True(Holds(Claim.OfResize(null)));
        Assert.True(Holds(Claim.OfResize(new(2, 3))));
        Assert.False(Holds(Claim.OfResize(new(2, 4))));
        Assert.False(Holds(Claim.OfResize(new(1, 3))));
    }

    [Fact]
    public void A_scaling_must_say_what_the_ledger_has()
    {
        Commit(Holding("u1", 1, 0));
        var answer = new ScaleAnswer { Outcome = ScaleOutcome.Done, Name = "a", Previous = 1, Assigned = 1 };

        Assert.True(Holds(Claim.OfScaling(answer, "a")));
        Assert.True(Holds(Claim.OfScaling(answer, name: null)));
        Assert.False(Holds(Claim.OfScaling(answer, "b")));
        Assert.False(Holds(Claim.OfScaling(answer with { Previous = 2 }, "a")));
        Assert.False(Holds(Claim.OfScaling(answer with { Assigned = 2 }, "a")));
        Assert.False(Holds(Claim.OfScaling(answer with { AtNextCheckpoint = 2 }, name: null)));
    }

    [Fact]
    public void A_scaling_of_a_named_job_that_gave_nothing_may_be_old_where_two_servers_run()
    {
        Commit(Holding("u1", 1, 0));
        var old = new ScaleAnswer { Outcome = ScaleOutcome.Done, Name = "a", Previous = 2, Assigned = 2 };

        Assert.False(Holds(Claim.OfScaling(old, "a")));
        Assert.True(Holds(Claim.OfScaling(old, "a"), isAlone: false));
        Assert.False(Holds(Claim.OfScaling(old, name: null), isAlone: false));
        Assert.False(Holds(Claim.OfScaling(old with { Assigned = 3 }, "a"), isAlone: false));
        Assert.False(Holds(Claim.OfScaling(old with { AtNextCheckpoint = 3 }, "a"), isAlone: false));
    }

    [Fact]
    public void A_refused_scaling_must_be_of_a_job_that_does_not_run()
    {
        var refusal = Claim.OfScaling(new() { Outcome = ScaleOutcome.CannotChange, Name = "a" }, "a");
        Write(Deployed("u1"));
        Commit(Waiting("u1"));
        Assert.True(Holds(refusal));

        Commit(Holding("u1", 1, 0));
        Assert.False(Holds(refusal));

        Write(Deployed("u1") with { Managed = Deployed("u1").Managed! with { End = JobEnd.Completed } });
        Assert.True(Holds(refusal));
    }

    [Fact]
    public void A_view_must_show_the_ledger_as_it_was_at_one_time()
    {
        Commit(LedgerState.Empty with { Quotas = LedgerState.Empty.Quotas.Add("default", new("default", "test", 2)) });
        Commit(Holding("u1", 1, 0));
        var view = LedgerViews.View(Ledger.State, "policy");
        Assert.True(Holds(Claim.OfView(view)));

        Assert.False(Holds(Claim.OfView(view with { Nodes = [view.Nodes[0] with { FreeGpus = 2 }] })));
        Assert.False(Holds(Claim.OfView(view with { Quotas = [view.Quotas[0] with { Used = 0 }] })));
        Assert.False(Holds(Claim.OfView(view with { Allocations = [] })));
        Assert.False(Holds(Claim.OfView(view with { Allocations = [view.Allocations[0] with { HeldGpus = 2 }] })));
    }

    [Fact]
    public void A_description_must_be_of_a_version_with_a_reason_of_its_time()
    {
        Write(Deployed("u1"));
        Commit(Waiting("u1") with { Reason = "waits for 1 GPU" });
        var description = JobDescriptions.Of(Deployed("u1"))!;

        Assert.True(Holds(Claim.OfDescription(description)));
        Assert.True(Holds(Claim.OfDescription(description with { Reason = "waits for 1 GPU" })));
        Assert.False(Holds(Claim.OfDescription(description with { Reason = "it likes to" })));
        Assert.False(Holds(Claim.OfDescription(description with { Attempt = 7 })));
        Assert.False(Holds(Claim.OfDescription(null)));
    }

    /// <summary>Whether it holds of what is stored now.</summary>
    private bool Holds(Claim? claim, bool isAlone = true)
    {
        var before = Broken.Count;
        _answers.Answered(_answers.Begin(Key, "question"), "answer", claim, isAlone);
        return Broken.Count == before;
    }
}
