using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

public sealed class RandomHistoryTests
{
    private static readonly string[] Namespaces = ["default", "team", "other"];

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
            Step(cluster, random, step);
            cluster.AssertSound();
        }

        cluster.SetNodes(nodes);
        Drain(cluster);
        cluster.AssertSound();
        Assert.All(cluster.State.Entries.Values, entry => Assert.Equal(
            IsOverQuota(cluster, entry.Claim)
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
            Step(cluster, random, step);
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
            Step(cluster, random, step);
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
            Step(cluster, random, step);
            Assert.Equal(
                ScaleUpChoice.Find(policy, cluster.State, cluster.Now)?.Uid,
                policy.ChooseScaleUp(cluster.State, cluster.Now)?.Uid);
        }
    }

    private static string Text(Decision decision) => $"{decision.GetType().Name} {decision.Uid} {decision.Reason}";

    private static void Step(Cluster cluster, Random random, int step)
    {
        cluster.Now += TimeSpan.FromSeconds(random.Next(0, 100));
        var names = cluster.State.Entries.Keys.ToList();
        var name = names.Count == 0 ? null : names[random.Next(names.Count)];
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                var req = random.Next(0, 5);
                var (lim, replicas, priority) = (req + random.Next(0, 5), random.Next(1, 4), random.Next(3));
                cluster.Arrive($"job-{step}", req, lim, replicas, priority, claim => claim with
                {
                    Namespace = Namespaces[random.Next(Namespaces.Length)],
                    IsAfterCheckpoint = random.Next(2) == 0,
                    MinRunTime = TimeSpan.FromSeconds(random.Next(2) * 50),
                });
                break;
            case 3 or 4 or 5 when name is not null:
                cluster.Confirm(name);
                break;
            case 6 when name is not null:
                cluster.Checkpoint(name);
                break;
            case 7 when name is not null:
                cluster.Observe(cluster[name].Claim with { IsEnding = true });
                cluster.Plan();
                break;
            case 8 when name is not null:
                cluster.End(name);
                break;
            case 9:
                cluster.SetQuota(Namespaces[random.Next(1, Namespaces.Length)], random.Next(0, 13));
                cluster.Plan();
                break;
            case 10 when name is not null:
                cluster.SetCap(name, random.Next(3) == 0 ? null : random.Next(0, 5));
                cluster.Plan(name);
                break;
            default:
                cluster.SetNodes([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 9))]);
                cluster.Plan();
                break;
        }
    }

    private static bool IsOverQuota(Cluster cluster, JobClaim claim) =>
        cluster.State.Quotas.TryGetValue(claim.Namespace, out var quota)
        && claim.GpuReq * claim.Replicas > quota.GpuCount;

    /// <summary>
    /// Everything that runs completes, one after the other: whatever could ever run must get its turn.
    /// </summary>
    private static void Drain(Cluster cluster)
    {
        for (var round = 0; round < 500; round++)
        {
            cluster.Now += TimeSpan.FromHours(1);
            cluster.Plan();
            cluster.ConfirmAll();
            var next = cluster.State.Entries.Values.FirstOrDefault(entry => entry.IsAdmitted || entry.Claim.IsEnding);
            if (next is null)
            {
                return;
            }

            cluster.End(next.Uid);
        }
    }
}
