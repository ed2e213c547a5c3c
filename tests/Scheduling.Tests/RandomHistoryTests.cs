using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

public sealed class RandomHistoryTests
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, IsFull ? 2000 : 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_history_gives_a_GPU_out_twice_and_all_that_can_run_does(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 9)).ToArray();
        var cluster = new Cluster(nodes);
        for (var step = 0; step < 60; step++)
        {
            RandomSteps.Step(cluster, random, step);
            cluster.AssertSound();
        }

        cluster.SetNodes(nodes);
        RandomSteps.Drain(cluster);
        cluster.AssertSound();
        Assert.All(cluster.State.Entries.Values, entry => Assert.Equal(
            RandomSteps.IsOverQuota(cluster, entry.Claim)
                ? $"more than the quota of {entry.Claim.Namespace}"
                : "more than the cluster has",
            entry.Reason.Split(": ")[^1]));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_same_snapshot_gives_the_same_plan(int seed)
    {
        var random = new Random(seed);
        var cluster = new Cluster(random.Next(2, 9), random.Next(2, 9));
        var policy = new RecentCheckpointPolicy(new());
        for (var step = 0; step < 20; step++)
        {
            RandomSteps.Step(cluster, random, step);
            var first = policy.Plan(cluster.State, cluster.Now);
            var second = policy.Plan(cluster.State, cluster.Now);
            Assert.Equal(first.Decisions.Select(Text), second.Decisions.Select(Text));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_does_not_matter_to_the_policy_lets_it_decide_nothing_and_wake_as_before(int seed)
    {
        var random = new Random(seed);
        var cluster = new Cluster(random.Next(2, 9), random.Next(2, 9));
        var policy = new RecentCheckpointPolicy(new());
        for (var step = 0; step < 40; step++)
        {
            RandomSteps.Step(cluster, random, step);
            var rested = policy.Plan(cluster.State, cluster.Now);
            Assert.Empty(rested.Decisions);
            var notified = cluster.State.Entries.Values
                .Select(entry => entry.Claim with
                {
                    LastCheckpointAt = entry.Claim.LastCheckpointAt + random.Next(100),
                    Notifications = entry.Claim.Notifications + 1,
                    AppliedGeneration = entry.Generation,
                })
                .Where(claim => random.Next(2) == 0 && !policy.MayMatter(cluster.State.Entries[claim.Uid], claim))
                .Aggregate(cluster.State, CapacityLedger.Observe);
            var plan = policy.Plan(notified, cluster.Now);
            Assert.Empty(plan.Decisions);
            Assert.Equal(rested.WakeAt, plan.WakeAt);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_choice_of_the_policy_is_the_first_that_would_get_more_if_it_were_asked_for_by_name(int seed)
    {
        var random = new Random(seed);
        var cluster = new Cluster(random.Next(4, 13), random.Next(4, 13));
        var policy = new RecentCheckpointPolicy(new() { MaxOvertakes = random.Next(3) });
        for (var step = 0; step < 40; step++)
        {
            RandomSteps.Step(cluster, random, step);
            Assert.Equal(
                ScaleUpChoice.Find(policy, cluster.State, cluster.Now)?.Uid,
                policy.ChooseScaleUp(cluster.State, cluster.Now)?.Uid);
        }
    }

    private static string Text(Decision decision) => $"{decision.GetType().Name} {decision.Uid} {decision.Reason}";
}
