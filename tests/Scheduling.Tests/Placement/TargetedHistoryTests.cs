using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests.Placement;

public sealed class TargetedHistoryTests
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1";

    private static readonly string[] Targeted = [.. PolicyCatalog.Names.Where(name => name != PolicyCatalog.Default)];

    public static TheoryData<string, int> Histories
    {
        get
        {
            var histories = new TheoryData<string, int>();
            foreach (var name in Targeted)
            {
                foreach (var seed in Enumerable.Range(0, IsFull ? 1000 : 100))
                {
                    histories.Add(name, seed);
                }
            }

            return histories;
        }
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void No_history_gives_a_GPU_out_twice_splits_a_gang_or_leaves_a_range_and_all_that_can_run_does(
        string name, int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 9)).ToArray();
        Cluster? cluster = null;
        cluster = new Cluster(Policy(name), nodes)
        {
            KeepsHistory = true,
            Planned = (before, plan) =>
            {
                Assert.All(plan.Decisions, one => Judge(before.Entries[one.Uid], one, cluster!));
                JudgeLate(before, plan, cluster!);
            },
        };
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
    [MemberData(nameof(Histories))]
    public void The_same_snapshot_gives_the_same_plan_whatever_was_planned_before(string name, int seed)
    {
        var random = new Random(seed);
        var policy = Policy(name);
        var cluster = new Cluster(policy, random.Next(2, 9), random.Next(2, 9)) { KeepsHistory = true };
        for (var step = 0; step < 20; step++)
        {
            RandomSteps.Step(cluster, random, step);
            cluster.Now += TimeSpan.FromSeconds(random.Next(200));
            var here = policy.Plan(cluster.State, cluster.Now);
            var elsewhere = Policy(name).Plan(cluster.State, cluster.Now);
            Assert.Equal(here.Decisions.Select(Text), elsewhere.Decisions.Select(Text));
            Assert.Equal(here.WakeAt, elsewhere.WakeAt);
        }
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void What_does_not_matter_to_the_policy_lets_it_decide_nothing_and_wake_as_before(string name, int seed)
    {
        var random = new Random(seed);
        var policy = Policy(name);
        var cluster = new Cluster(policy, random.Next(2, 9), random.Next(2, 9)) { KeepsHistory = true };
        for (var step = 0; step < 30; step++)
        {
            RandomSteps.Step(cluster, random, step);
            var rested = policy.Plan(cluster.State, cluster.Now);
            Assert.Empty(rested.Decisions);
            var told = cluster.State.Entries.Values
                .Select(entry => entry.Claim with { AppliedGeneration = entry.Generation })
                .Where(claim => !policy.MayMatter(cluster.State.Entries[claim.Uid], claim))
                .Aggregate(cluster.State, CapacityLedger.Observe);
            var plan = policy.Plan(told, cluster.Now);
            Assert.Empty(plan.Decisions);
            Assert.Equal(rested.WakeAt, plan.WakeAt);
        }
    }

    private static void Judge(LedgerEntry before, Decision decision, Cluster cluster)
    {
        var claim = before.Claim;
        var isGone = before.Blocks.Any(block => block.Gpus.Any(gpu =>
            !(cluster.State.Nodes.TryGetValue(block.Node, out var node) && node.Has(gpu))));
        var isLowered = before.GpuCount > before.EffectiveLimit;
        switch (decision)
        {
            case Admit admit:
                Assert.InRange(admit.GpuCount, claim.GpuReq, before.EffectiveLimit);
                break;
            case Resize resize:
                Assert.InRange(resize.GpuCount, Math.Min(claim.GpuReq, before.GpuCount), before.EffectiveLimit);
                Assert.True(before.IsSettledRunning || isGone || isLowered, "it was being changed already");
                break;
            case Preempt:
                Assert.True(claim.IsSuspendable || isGone, "its GPUs were taken back");
                var hasSaved = claim.History is [.., { Last: not null } last] && last.Started.At == claim.RunningSince;
                Assert.True(
                    isGone || hasSaved || before.WaitedSeconds < MaxWait.TotalSeconds,
                    "it had waited for too long, and was stopped before it saved anything");
                break;
        }

        var isEarly = claim.RunningSince + claim.MinRunTime > cluster.Now;
        var mayChange = isGone || isLowered || !isEarly
            || decision.Reason.EndsWith("it was asked for", StringComparison.Ordinal);
        Assert.True(mayChange || decision is not (Resize or Preempt), $"within its minimum run time: {decision}");
        Assert.NotEqual("", decision.Reason);
    }

    /// <summary>
    /// The bound on every wait: where a job that waited for too long is left without GPUs, nobody that has waited less
    /// starts, and nobody grows; of its own namespace, where it waits for its quota.
    /// </summary>
    private static void JudgeLate(LedgerState before, Plan plan, Cluster cluster)
    {
        var decided = plan.Decisions.ToDictionary(decision => decision.Uid);
        foreach (var late in before.Entries.Values.Where(entry => entry.IsWaiting && entry.Claim.GpuReq > 0
            && (cluster.Now - DateTimeOffset.UnixEpoch).TotalSeconds - entry.WaitsSince >= MaxWait.TotalSeconds
            && decided.GetValueOrDefault(entry.Uid) is null or Wait))
        {
            var why = (decided.GetValueOrDefault(late.Uid)?.Reason ?? late.Reason).Split(": ")[^1];
            var couldRun = before.Nodes.Values.Sum(node => node.UsableGpus / late.Claim.GpuReq) >= late.Claim.Replicas
                && !RandomSteps.IsOverQuota(cluster, late.Claim);
            // Behind another late one, it is that one's quota that counts.
            if (!couldRun || why == "they are being given up by other jobs"
                || why.EndsWith(" has waited for too long, and goes first", StringComparison.Ordinal))
            {
                continue;
            }

            var isForQuota = why == $"more than is left of the quota of {late.Claim.Namespace}";
            var passing = plan.Decisions.FirstOrDefault(decision => before.Entries[decision.Uid] is var other
                && (!isForQuota || other.Claim.Namespace == late.Claim.Namespace)
                && decision switch
                {
                    Admit admit => admit.GpuCount > 0 && other.WaitsSince > late.WaitsSince,
                    Resize resize => resize.GpuCount > other.GpuCount,
                    _ => false,
                });
            Assert.True(passing is null, $"{passing} went before {late.Uid}, which has waited for too long: {why}");
        }
    }

    private static IPolicy Policy(string name) =>
        PolicyCatalog.Create(name, maxOvertakes: 16, MaxWait);

    private static string Text(Decision decision) => $"{decision.GetType().Name} {decision.Uid} {decision.Reason} "
        + decision switch
        {
            Admit admit => string.Join(' ', admit.Blocks),
            Resize resize => string.Join(' ', resize.Blocks),
            Defer defer => $"{defer.Change.GpuCount} {defer.Change.DeadlineAt:O}",
            _ => "",
        };
}
