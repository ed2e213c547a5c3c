using Sluice.Scheduling.Placement;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>What a job that waits is told under a policy that sets targets.</summary>
public sealed class WaitReasonTests
{
    [Fact]
    public void Under_fifo_it_is_told_its_place_and_what_is_free()
    {
        var cluster = Create("fifo", 8);
        Start(cluster, "running", 4);
        cluster.Now += TimeSpan.FromSeconds(10);

        Assert.Equal(
            "waits for 8 GPUs: it is the first in the queue, and 4 GPUs are free", cluster.Arrive("head", 8, 8).Reason);
        Assert.Equal(
            "waits for 4 GPUs: it would not be done before the first in the queue could start",
            cluster.Arrive("behind", 4, 4).Reason);
        Assert.Equal(
            "waits for 8 GPUs: it is behind the first in the queue, which has no room yet",
            cluster.Arrive("last", 8, 8).Reason);

        cluster.End("running");
        Assert.True(cluster["head"].IsAdmitted);
        Assert.Equal(
            "waits for 4 GPUs: it is the first in the queue, and 0 GPUs are free", cluster["behind"].Reason);
    }

    [Theory]
    [InlineData("srtf")]
    [InlineData("equal-share")]
    public void Under_a_policy_that_shares_it_is_told_its_share(string name)
    {
        var cluster = Create(name, 4);
        Start(cluster, "running", 4);

        Assert.Equal($"waits for 4 GPUs: its share by {name} is 0 now", cluster.Arrive("waiting", 4, 4).Reason);
    }

    [Fact]
    public void Under_adaptive_it_is_told_what_it_waits_for()
    {
        var cluster = Create("adaptive", 4);
        Start(cluster, "running", 4);

        Assert.Equal(
            "waits for 4 GPUs: others keep too much for it, or shorter or more urgent ones are to have that",
            cluster.Arrive("firm", 4, 4).Reason);
        Assert.Equal(
            "waits for 4 GPUs: GPUs are worth more to other jobs now",
            cluster.Arrive("loose", 4, 4, with: claim => claim with { IsSuspendable = true }).Reason);
    }

    private static void Start(Cluster cluster, string name, int gpus)
    {
        cluster.Arrive(name, gpus, gpus);
        cluster.ConfirmAll();
        Assert.True(cluster[name].IsAdmitted);
    }

    private static Cluster Create(string name, params int[] nodes) =>
        new(PolicyCatalog.Create(name, maxOvertakes: 16, TimeSpan.FromHours(12)), nodes) { KeepsHistory = true };
}
