namespace Sluice.Scheduling.Tests;

/// <summary>When running jobs are resized, and how far.</summary>
public sealed class ResizeTests
{
    [Fact]
    public void Running_jobs_are_scaled_up_in_the_order_of_the_most_recent_checkpoint()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("blocker", 4, 4);
        cluster.Arrive("a", 2, 5);
        cluster.Arrive("b", 1, 4);
        cluster.ConfirmAll();
        Assert.Equal((3, 1), (cluster["a"].GpuCount, cluster["b"].GpuCount));
        cluster.Now += TimeSpan.FromSeconds(5);
        cluster.Checkpoint("b");
        cluster.End("blocker");
        Assert.Equal((4, 4), (cluster["a"].GpuCount, cluster["b"].GpuCount));
    }

    [Fact]
    public void A_job_is_not_resized_again_within_its_minimum_run_time()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with { MinRunTime = TimeSpan.FromMinutes(10) });
        cluster.ConfirmAll();
        cluster.Arrive("b", 1, 1);
        Assert.Equal(4, cluster["a"].GpuCount);
        Assert.Equal(Cluster.Start + TimeSpan.FromMinutes(10), cluster.WakeAt);
        cluster.Now = cluster.WakeAt!.Value;
        cluster.Plan();
        Assert.Equal(3, cluster["a"].GpuCount);
    }

    [Fact]
    public void A_job_that_is_being_resized_is_left_alone_until_it_runs()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4);
        cluster.Arrive("b", 1, 1);
        Assert.Equal(4, cluster["a"].GpuCount);
        cluster.Confirm("a");
        Assert.Equal(3, cluster["a"].GpuCount);
    }

    [Fact]
    public void A_cap_that_somebody_asked_for_holds_until_it_is_lifted()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 1, 8);
        cluster.ConfirmAll();
        cluster.SetCap("a", 3);
        cluster.Plan("a");
        cluster.ConfirmAll();
        Assert.Equal(3, cluster["a"].GpuCount);
        cluster.SetCap("a", null);
        cluster.Plan("a");
        Assert.Equal(8, cluster["a"].GpuCount);
    }

    [Fact]
    public void A_lowered_limit_holds_at_once_in_every_mode()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.Observe(cluster["a"].Claim with { GpuLim = 2 });
        cluster.Plan();
        Assert.Equal(2, cluster["a"].GpuCount);
    }

    [Fact]
    public void A_running_job_is_not_stopped_because_its_request_was_raised()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 2);
        cluster.ConfirmAll();
        cluster.Observe(cluster["a"].Claim with { GpuReq = 8, GpuLim = 8 });
        cluster.Plan();
        Assert.Equal((true, 4), (cluster["a"].IsAdmitted, cluster["a"].GpuCount));
    }
}
