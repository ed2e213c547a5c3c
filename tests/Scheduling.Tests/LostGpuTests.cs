using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Tests;

/// <summary>Jobs whose GPUs go, or whose end is not confirmed.</summary>
public sealed class LostGpuTests
{
    [Fact]
    public void A_job_whose_GPUs_are_gone_moves_or_waits()
    {
        var cluster = new Cluster(4, 4);
        cluster.Arrive("a", 4, 4);
        cluster.Arrive("b", 2, 4);
        cluster.ConfirmAll();
        cluster.SetNodes(4);
        cluster.Plan();
        cluster.ConfirmAll();
        cluster.AssertSound();
        Assert.Single(cluster.State.Entries.Values, entry => entry.IsAdmitted);
        var waiting = Assert.Single(cluster.State.Entries.Values, entry => entry.IsWaiting);
        Assert.Equal(0, waiting.HeldGpus);
        cluster.SetNodes(4, 4);
        cluster.Plan();
        Assert.All(cluster.State.Entries.Values, entry => Assert.True(entry.IsAdmitted));
    }

    [Fact]
    public void A_job_whose_GPUs_are_gone_is_told_what_it_waits_for()
    {
        Assert.Equal("no others are free", WhyItWaits(cluster => cluster.Arrive("other", 6, 6), freeNode: 8));
        Assert.Equal("more than the cluster has", WhyItWaits(_ => { }, freeNode: 0));
        Assert.Equal(
            "the quota of team has room once they are given back",
            WhyItWaits(cluster => cluster.SetQuota("team", 4), freeNode: 8));
        Assert.Equal(
            "more than the quota of team", WhyItWaits(cluster => cluster.SetQuota("team", 3), freeNode: 8));
        Assert.Equal("more than is left of the quota of team", WhyItWaits(
            cluster =>
            {
                cluster.SetQuota("team", 8);
                cluster.Arrive("other", 4, 4, with: claim => claim with { Namespace = "team" });
                cluster.SetQuota("team", 6);
            },
            freeNode: 8));

        static string WhyItWaits(Action<Cluster> before, int freeNode)
        {
            var cluster = new Cluster(4);
            cluster.Arrive("a", 4, 4, with: claim => claim with { Namespace = "team" });
            cluster.ConfirmAll();
            cluster.SetNodes(4, freeNode);
            before(cluster);
            cluster.SetNodes(0, freeNode);
            cluster.Plan();
            Assert.False(cluster["a"].IsAdmitted);
            const string Words = "waits for 4 GPUs: GPUs that it held are gone, and ";
            var reason = cluster.Decisions.OfType<Preempt>().Single().Reason;
            Assert.StartsWith(Words, reason, StringComparison.Ordinal);
            return reason[Words.Length..];
        }
    }

    [Fact]
    public void A_lost_GPU_is_given_to_nobody_and_only_the_job_that_held_it_moves()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 2, 2);
        cluster.Arrive("b", 1, 1);
        cluster.ConfirmAll();
        Assert.Equal([0, 1], cluster["a"].Blocks[0].Gpus.ToArray());
        var undisturbed = cluster["b"].Generation;

        cluster.Lose("node-0", 0);
        cluster.Plan();
        cluster.ConfirmAll();

        Assert.Equal([1, 3], cluster["a"].Blocks[0].Gpus.ToArray());
        Assert.Equal(undisturbed, cluster["b"].Generation);
        Assert.Equal(0, cluster.State.FreeByNode()["node-0"]);
        Assert.True(cluster.Arrive("c", 1, 1).IsWaiting);
        Assert.True(cluster.Arrive("never", 4, 4).IsWaiting);
        cluster.AssertSound();

        cluster.Lose("node-0");
        cluster.Plan();
        Assert.Equal([0], cluster["c"].Blocks[0].Gpus.ToArray());
        cluster.AssertSound();
    }

    [Fact]
    public void A_job_that_is_ending_keeps_its_GPUs_until_that_is_confirmed()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 4, 4);
        cluster.ConfirmAll();
        cluster.Observe(cluster["a"].Claim with { IsEnding = true });
        cluster.Plan();
        var waiting = cluster.Arrive("b", 4, 4);
        Assert.False(waiting.IsAdmitted);
        Assert.Equal("waits for 4 GPUs: they are being given up by other jobs", waiting.Reason);
        cluster.End("a");
        Assert.True(cluster["b"].IsAdmitted);
    }
}
