using Sluice.Lab.Model;
using Sluice.Lab.Tests.Support;
using Sluice.Scheduling.Targets;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Model;

public sealed class GameTests
{
    [Fact]
    public void All_that_happens_at_one_instant_is_one_event_after_which_the_policy_is_asked_once()
    {
        // At 80 s a is done, c comes, and b has its fifth checkpoint.
        var script = GiveWhoWaits(gpus: 1);
        Play(script.AsPolicy(), "P0", 4, Job("a", epochs: 5), Job("b"), Job("c", at: 80));

        var (snapshot, cause) = Assert.Single(script.Seen, seen => seen.Snapshot.Now == 80);
        Assert.Equal(["job-00001"], cause.Completed.Select(job => job.Uid));
        Assert.Equal(["job-00003"], cause.Arrived.ToArray());
        Assert.Equal(["job-00002"], cause.Notified.ToArray());
        Assert.Equal(["job-00002", "job-00003"], snapshot.Jobs.Select(job => job.Uid));
        Assert.Equal(3, snapshot.FreeGpus);
        Assert.Equal(5, Assert.Single(cause.Completed).CompletedEpochs + 1);
    }

    [Fact]
    public void A_policy_sees_ranges_and_notifications_and_no_names()
    {
        var script = GiveWhoWaits(gpus: 2);
        Play(script.AsPolicy(), "P5", 4, Job("resnet-7", at: 5, least: 2, epochs: 3));

        var job = script.Seen[^1].Snapshot.Jobs[0];
        Assert.Equal(
            ("job-00001", 5, 2, 4, 3, 2, false, true),
            (job.Uid, job.ArrivedAt, job.MinGpus, job.MaxGpus, job.TotalEpochs, job.HeldGpus, job.MayBeSuspended,
                job.LosesUnsavedWork));
        Assert.Equal([new(110, 1, 2, 5), new Notification(115, 2, 2, 5)], job.Notifications.ToArray());
        Assert.DoesNotContain("resnet", job.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", job.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_job_that_leaves_nobody_behind_the_policy_is_told_when_it_is_asked_next()
    {
        var script = GiveWhoWaits(gpus: 1);
        Play(script.AsPolicy(), "P0", 4, Job("a"), Job("b", at: 500));

        var (_, cause) = Assert.Single(script.Seen, seen => seen.Snapshot.Now == 500);
        Assert.Equal(["job-00001"], cause.Completed.Select(job => job.Uid));
        Assert.All(script.Seen.Where(seen => seen.Snapshot.Now > 500), seen => Assert.Empty(seen.Cause.Completed));
    }

    [Fact]
    public void A_policy_may_see_two_notifications_a_start_and_the_longest_silence_as_a_server_stores_them()
    {
        var script = Script.OfOneJob(1, (50, 2), (90, 1), (400, 2));
        Play(script.AsPolicy() with { KeepsStarts = true }, "P5s", 4, Job("a", epochs: 60));

        var before = Assert.Single(script.Seen, seen => seen.Snapshot.Now == 90).Snapshot.Jobs[0];
        Assert.Equal((1, 50.0), before.LongestSilence);
        Assert.Empty(before.Notifications);

        var job = script.Seen[^1].Snapshot.Jobs[0];
        Assert.Null(job.LongestSilence);
        Assert.Equal([1, 1, 2, 2], job.Notifications.Select(told => told.HeldGpus));
        Assert.Equal([1, 21], job.Notifications.Take(2).Select(told => told.CompletedEpochs));
    }

    [Fact]
    public void The_timer_comes_when_it_was_asked_for()
    {
        var script = Script.OfOneJob(1, (33, 1));
        Play(script.AsPolicy(), "P0", 4, Job("a"));

        Assert.Equal([33.0], script.Seen.Where(seen => seen.Cause.IsTimer).Select(seen => seen.Snapshot.Now));
    }

    [Fact]
    public void What_was_held_is_attained()
    {
        var script = Script.OfOneJob(1, (20, 3), (50, 2));
        Play(script.AsPolicy(), "P0", 4, Job("a"));

        var (snapshot, _) = script.Seen.First(seen => seen.Snapshot.Now > 50);
        Assert.Equal(20 + (3 * 30) + (2 * (snapshot.Now - 50)), snapshot.Jobs[0].AttainedAt(snapshot.Now), 6);
    }

    [Theory]
    [InlineData("P0", 5, "gives 5 GPUs where there are 4")]
    [InlineData("P0", 9, "gives a 9 GPUs where 1 to 8 are allowed")]
    [InlineData("P0", -1, "gives a -1 GPUs where 1 to 8 are allowed")]
    [InlineData("P5", 1, "gives a 1 GPUs where 2 to 8 are allowed")]
    public void A_policy_that_gives_what_is_not_allowed_is_stopped(string scenario, int gpus, string told) =>
        IsStopped(Script.OfOneJob(gpus), scenario, told);

    [Fact]
    public void A_policy_that_suspends_where_that_is_not_allowed_is_stopped() =>
        IsStopped(Script.OfOneJob(2, (50, 0)), "P5", "at 50.000 s of small: suspends a, which P5 does not allow");

    [Fact]
    public void A_policy_that_plans_for_a_job_that_is_not_there_is_stopped() =>
        IsStopped(new((_, _) => [("job-00002", 1)]), "P0", "plans for job-00002, which is not there");

    [Fact]
    public void A_policy_that_plans_twice_for_a_job_is_stopped() =>
        IsStopped(new((_, _) => [("job-00001", 2), ("job-00001", 4)]), "P0", "was planned for already");

    [Fact]
    public void A_policy_that_leaves_a_job_waiting_for_ever_is_stopped() =>
        IsStopped(new((_, _) => []), "P0", "leaves 1 jobs of small waiting for ever");

    [Fact]
    public void A_policy_that_asks_to_be_asked_again_without_end_is_stopped()
    {
        var restless = new LabPolicy("restless", Knowledge.Learned, (_, _) => new Restless());

        var broken = Assert.Throws<InvalidOperationException>(() => Play(restless, "P0", 4, Job("a")));
        Assert.Contains("asks to be asked again at once, and again", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_is_to_learn_is_not_told_the_truth()
    {
        IWorkOracle? asked = null;
        var curious = new LabPolicy("curious", Knowledge.Learned, (oracle, _) =>
        {
            asked = oracle;
            return GiveWhoWaits(gpus: 1);
        });
        Play(curious, "P0", 4, Job("a"));

        var refused = Assert.Throws<InvalidOperationException>(() => asked!.Read("job-00001"));
        Assert.Contains("curious is to learn", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_game_that_is_cancelled_ends()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => LabGame.Play(
            new("small", [Job("a")]), Scenario("P0"), new(), Policy("fifo"), cancellationToken: source.Token));
    }

    [Fact]
    public void Completions_are_counted_as_they_come()
    {
        var counts = new List<int>();
        LabGame.Play(
            new("small", [Job("a"), Job("b"), Job("c", epochs: 20)]), Scenario("P0"), new(), Policy("fifo"), counts.Add);

        Assert.Equal([2, 3], counts);
    }

    [Fact]
    public void Where_less_fits_on_the_nodes_than_a_job_was_to_have_the_reason_says_so()
    {
        var script = GiveWhoWaits(4);
        var run = LabGame.Play(
            new("small", [Job("a", max: 4) with { Replicas = 1 }]), Scenario("P2"),
            new(GpuCount: 5, NodeGpus: 3, IsPacked: true), script.AsPolicy());

        Assert.Equal(
            ("as the test says; it was to have 4, and no more than 3 fit", 3),
            (run.Decisions[0].Reason, run.Decisions[0].To));
    }

    private static Script GiveWhoWaits(int gpus) =>
        new((snapshot, _) => snapshot.Jobs.Where(job => job.HeldGpus == 0).Select(job => (job.Uid, gpus)));

    private static void IsStopped(Script script, string scenario, string told)
    {
        var broken = Assert.Throws<InvalidOperationException>(
            () => Play(script.AsPolicy(), scenario, 4, Job("a", least: 2, max: 8)));
        Assert.StartsWith("script ", broken.Message, StringComparison.Ordinal);
        Assert.Contains(told, broken.Message, StringComparison.Ordinal);
    }

    private sealed class Restless : ITargetPolicy
    {
        public string Name => "restless";

        public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause) =>
            new([], memory, snapshot.Now);
    }
}
