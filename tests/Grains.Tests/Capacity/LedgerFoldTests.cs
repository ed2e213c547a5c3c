using Sluice.Grains.Capacity;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Grains.Tests.Capacity;

public sealed class LedgerFoldTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly CountingPolicy _policy = new();

    [Fact]
    public void Scalings_in_one_fold_come_out_as_if_they_had_come_one_after_the_other()
    {
        var ledger = Running(gpus: 5, ("a", 1, 3), ("b", 1, 3), ("c", 1, 3));
        string[] names = ["c", "a", "b"];

        var together = Fold(ledger, [.. names.Select(name => new ScaleJob(name, Wish: null))]);
        var after = ledger;
        var alone = new List<ScaleAnswer?>();
        foreach (var name in names)
        {
            var one = Fold(after, new ScaleJob(name, Wish: null));
            after = one.State;
            alone.Add(one.Answers[0]);
        }

        Assert.Equal(alone, together.Answers);
        Assert.Equal([3, 1, 1], together.Answers.Select(answer => answer!.Assigned));
        Assert.Equal("a keeps 1 GPU: no GPU is free", together.Answers[1]!.Reason);
        Assert.Equal(
            ["asked c", "resized c", "asked a", "asked b"],
            together.Events.Select(happened => EventViews.Of(new(1, happened)))
                .Select(told => $"{told.Kind} {told.Job}"));
    }

    [Fact]
    public void The_answer_tells_what_holds_after_the_whole_fold()
    {
        var ledger = Running(gpus: 4, ("a", 1, 4));

        var folded = Fold(ledger, new ScaleJob("a", Wish: null), new ScaleJob("a", Wish: 2));

        Assert.Equal([(1, 2), (4, 2)], folded.Answers.Select(answer => (answer!.Previous, answer.Assigned)));
        Assert.All(folded.Answers, answer => Assert.Equal(folded.State.Entries["a"].Reason, answer!.Reason));
    }

    [Fact]
    public void No_plan_gives_out_what_a_report_in_the_same_fold_takes_away()
    {
        var ledger = Running(gpus: 2, ("a", 1, 2));

        var folded = Fold(ledger, new ScaleJob("a", Wish: null), new TakeNodes(Report(1)));

        Assert.Equal((1, 1), (folded.State.Nodes["n"].UsableGpus, folded.State.Entries["a"].GpuCount));
        Assert.Equal((1, 1), (folded.Answers[0]!.Previous, folded.Answers[0]!.Assigned));
        Assert.All(folded.State.Entries["a"].Held(), gpu => Assert.True(folded.State.Nodes["n"].Has(gpu.Gpu)));
        Assert.DoesNotContain(folded.Decisions, decision => decision is Scheduling.Ledger.Admit or Scheduling.Ledger.Resize);
    }

    [Fact]
    public void Of_several_reports_in_one_fold_only_what_all_of_them_leave_is_given_out()
    {
        var ledger = Claimed(Nodes(0), ("w", 1, 4));

        var folded = Fold(ledger, new TakeNodes(Report(4)), new TakeNodes(Report(2)));

        Assert.Equal(2, folded.State.Entries["w"].GpuCount);
        Assert.All(folded.State.Entries["w"].Held(), gpu => Assert.True(folded.State.Nodes["n"].Has(gpu.Gpu)));
        Assert.Single(folded.Decisions.OfType<Scheduling.Ledger.Admit>());
    }

    [Fact]
    public void A_job_that_waits_cannot_be_scaled_and_its_wish_stays()
    {
        var ledger = CapacityLedger.SetCap(Claimed(Nodes(0), ("w", 1, 4)), "w", 2);

        var folded = Fold(ledger, new ScaleJob("w", Wish: null));

        Assert.Equal(ScaleOutcome.CannotChange, folded.Answers[0]!.Outcome);
        Assert.Equal(2, folded.State.Entries["w"].Cap);
        Assert.DoesNotContain(folded.Events, happened => happened.Kind == "asked");
    }

    [Fact]
    public void A_job_that_loses_its_GPUs_in_the_same_fold_waits_when_it_is_to_be_scaled()
    {
        var ledger = Running(gpus: 2, ("a", 2, 4));

        var folded = Fold(ledger, new ScaleJob("a", Wish: null), new TakeNodes(Report(1)));

        Assert.Equal(ScaleOutcome.CannotChange, folded.Answers[0]!.Outcome);
        Assert.StartsWith("a waits for 2 GPUs", folded.Answers[0]!.Reason);
        Assert.Equal(2, folded.State.Entries["a"].Cap);
    }

    [Fact]
    public void A_wish_for_a_job_that_waits_holds_from_its_admission_on()
    {
        var waiting = Fold(Claimed(Nodes(0), ("w", 1, 4)), new ScaleJob("w", Wish: 2));
        Assert.Equal((ScaleOutcome.Done, 0), (waiting.Answers[0]!.Outcome, waiting.Answers[0]!.Assigned));
        Assert.Equal("waits for 1 GPU: more than the cluster has", waiting.Answers[0]!.Reason);

        var admitted = Fold(waiting.State, new TakeNodes(Report(8)));

        Assert.Equal(2, admitted.State.Entries["w"].GpuCount);
    }

    [Fact]
    public void What_has_ended_or_is_unknown_cannot_be_scaled()
    {
        var ledger = Running(gpus: 4, ("a", 1, 4));
        ledger = CapacityLedger.Observe(ledger, ledger.Entries["a"].Claim with { IsEnding = true });

        var folded = Fold(ledger, new ScaleJob("a", Wish: 2), new ScaleJob("stranger", Wish: null));

        Assert.All(folded.Answers, answer => Assert.Equal(ScaleOutcome.CannotChange, answer!.Outcome));
        Assert.Equal("a has ended", folded.Answers[0]!.Reason);
        Assert.Equal(1, folded.State.Entries["a"].Cap);
    }

    [Fact]
    public void Scalings_without_a_name_choose_one_job_each_until_there_is_no_candidate()
    {
        var ledger = Running(gpus: 4, ("a", 1, 2), ("b", 1, 2));

        var folded = Fold(ledger, new ScaleBest(null), new ScaleBest(null), new ScaleBest(null));

        Assert.Equal(
            [("a", ScaleOutcome.Done), ("b", ScaleOutcome.Done), (null, ScaleOutcome.NoCandidate)],
            folded.Answers.Select(answer => (answer!.Name, answer.Outcome)));
    }

    [Fact]
    public void A_repeated_scaling_without_a_name_gets_the_first_answer_and_scales_no_second_job()
    {
        var ledger = Running(gpus: 4, ("a", 1, 2), ("b", 1, 2));

        var first = Fold(ledger, new ScaleBest("one"), new ScaleBest("one"));
        var again = Fold(first.State, new ScaleBest("one"));
        var other = Fold(again.State, new ScaleBest("two"));

        Assert.Equal("a", first.Answers[0]!.Name);
        Assert.Equal(first.Answers[0], first.Answers[1]);
        Assert.Equal(first.Answers[0], again.Answers[0]);
        Assert.Same(first.State, again.State);
        Assert.Equal("b", other.Answers[0]!.Name);
        Assert.Equal(["one", "two"], other.State.Answered.Keys);
    }

    [Fact]
    public void A_scaling_that_found_no_candidate_is_not_remembered()
    {
        var folded = Fold(Running(gpus: 1, ("a", 1, 2)), new ScaleBest("one"));
        Assert.Equal(ScaleOutcome.NoCandidate, folded.Answers[0]!.Outcome);
        Assert.Empty(folded.State.Answered);
    }

    [Fact]
    public void The_oldest_answers_are_forgotten_beyond_the_limit()
    {
        var state = Enumerable.Range(0, CapacityLedger.MaxAnswered + 2).Aggregate(
            LedgerState.Empty,
            (ledger, number) => CapacityLedger.Remember(ledger, new($"op-{number}", 0, "a", 1, 2, null, "r")));

        Assert.Equal(CapacityLedger.MaxAnswered, state.Answered.Count);
        Assert.DoesNotContain("op-1", state.Answered.Keys);
        Assert.Contains("op-2", state.Answered.Keys);
    }

    [Fact]
    public void Nothing_new_costs_no_plan_and_a_time_that_has_come_does()
    {
        var ledger = Running(gpus: 4, ("a", 1, 2));
        _policy.Plans = 0;

        Fold(ledger, new Settle());
        Assert.Equal(0, _policy.Plans);
        LedgerFold.Fold(ledger, Now, ledger, [new Settle()], _policy, Now);
        Assert.Equal(1, _policy.Plans);
    }

    private static LedgerState Nodes(int gpus) => LedgerViews.TakeNodes(LedgerState.Empty, Report(gpus));

    private static NodeReport Report(int gpus) =>
        new() { Executor = "test", Nodes = gpus == 0 ? [] : [new("n", gpus, IsSimulated: true)] };

    private static LedgerState Claimed(LedgerState ledger, params (string Uid, int Req, int Lim)[] jobs) =>
        jobs.Aggregate(ledger, (state, job) => CapacityLedger.Observe(state, new()
        {
            Uid = job.Uid,
            JobKey = $"job/default/{job.Uid}",
            JobName = job.Uid,
            Namespace = "default",
            Replicas = 1,
            GpuReq = job.Req,
            GpuLim = job.Lim,
            ArrivedAt = job.Uid[0],
            Added = job.Uid[0],
        }));

    /// <summary>All run with their least, as was wished, and nothing is left to be decided.</summary>
    private LedgerState Running(int gpus, params (string Uid, int Req, int Lim)[] jobs)
    {
        var ledger = jobs.Aggregate(
            Claimed(Nodes(gpus), jobs), (state, job) => CapacityLedger.SetCap(state, job.Uid, job.Req));
        ledger = LedgerFold.Fold(LedgerState.Empty, null, ledger, [], _policy, Now).State;
        ledger = ledger.Entries.Values.Aggregate(ledger, (state, entry) => CapacityLedger.Observe(
            state,
            entry.Claim with
            {
                AppliedGeneration = entry.Generation,
                ConfirmedGeneration = entry.Generation,
                RunningSince = Now,
            }));
        Assert.All(ledger.Entries.Values, entry => Assert.True(entry.IsSettledRunning));
        return ledger;
    }

    private FoldedLedger Fold(LedgerState ledger, params LedgerCommand[] commands) =>
        LedgerFold.Fold(ledger, wakeAt: null, ledger, commands, _policy, Now);

    private sealed class CountingPolicy : IPolicy
    {
        private readonly RecentCheckpointPolicy _inner = new(new());

        public int Plans { get; set; }

        public string Name => _inner.Name;

        public Plan Plan(LedgerState snapshot, DateTimeOffset now, string? preferredUid = null)
        {
            Plans++;
            return _inner.Plan(snapshot, now, preferredUid);
        }
    }
}
