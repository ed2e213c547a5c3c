using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

public sealed class ScaleUpObstacleTests
{
    [Fact]
    public void A_job_at_its_limit_or_at_what_was_asked_for_is_told_so()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 1, 2);
        cluster.ConfirmAll();
        Assert.Equal("that is its limit", Of(cluster, "a"));

        cluster.SetCap("a", 1);
        cluster.Plan();
        cluster.ConfirmAll();
        Assert.Equal("it was asked for no more", Of(cluster, "a"));
    }

    [Fact]
    public void A_job_that_does_not_run_yet_is_told_so()
    {
        var cluster = new Cluster(2);
        cluster.Arrive("a", 1, 4);
        Assert.Equal("it is being started or resized", Of(cluster, "a"));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        var cluster = new Cluster(2, 1);
        cluster.Arrive("a", 1, 4);
        cluster.ConfirmAll();
        Assert.Equal("1 GPU is free, which it cannot use", Of(cluster, "a"));

        cluster.Arrive("b", 1, 1);
        cluster.ConfirmAll();
        Assert.Equal("no GPU is free", Of(cluster, "a"));
    }

    [Fact]
    public void A_full_quota_is_named()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 2);
        cluster.Arrive("a", 1, 4, with: claim => claim with { Namespace = "team" });
        cluster.ConfirmAll();
        Assert.Equal("nothing is left of the quota of team", Of(cluster, "a"));
    }

    [Fact]
    public void What_would_fit_and_is_not_given_is_kept_for_others()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 1, 4);
        cluster.SetCap("a", 1);
        cluster.ConfirmAll();
        cluster.SetCap("a", null);
        Assert.Equal("what is free is kept for jobs that wait", Of(cluster, "a"));
    }

    private static string Of(Cluster cluster, string name) => ScaleUpObstacle.Find(cluster.State, cluster[name]);
}
