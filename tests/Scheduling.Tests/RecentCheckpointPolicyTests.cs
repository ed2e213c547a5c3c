using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

/// <summary>Who is let in, and who gives up GPUs for whom.</summary>
public sealed class RecentCheckpointPolicyTests
{
    [Theory]
    [InlineData(8, 1, 4, 4)]
    [InlineData(8, 2, 16, 8)]
    [InlineData(3, 2, 4, 3)]
    [InlineData(8, 0, 0, 0)]
    public void A_job_that_arrives_gets_as_many_GPUs_as_fit_up_to_its_limit(int gpus, int req, int lim, int expected)
    {
        var cluster = new Cluster(gpus);
        var job = cluster.Arrive("a", req, lim);
        Assert.True(job.IsAdmitted);
        Assert.Equal(expected, job.GpuCount);
        Assert.Contains($"admitted with {expected} of {req} to {lim} GPUs", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_job_with_the_most_recent_checkpoint_gives_up_just_what_is_missing()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("old", 1, 4);
        cluster.Arrive("recent", 1, 4);
        cluster.ConfirmAll();
        cluster.Now += TimeSpan.FromSeconds(60);
        cluster.Checkpoint("recent");

        var arrived = cluster.Arrive("new", 2, 4);

        Assert.False(arrived.IsAdmitted);
        Assert.Equal(4, cluster["old"].GpuCount);
        Assert.Equal(2, cluster["recent"].GpuCount);
        Assert.Equal(4, cluster["recent"].HeldGpus);
        Assert.Contains("new needs 2 GPUs", cluster["recent"].Reason, StringComparison.Ordinal);

        cluster.Confirm("recent");
        Assert.True(cluster["new"].IsAdmitted);
        Assert.Equal(2, cluster["new"].GpuCount);
        cluster.AssertSound();
    }

    [Fact]
    public void GPUs_are_free_only_after_the_executor_has_confirmed()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4);
        cluster.ConfirmAll();
        cluster.Arrive("b", 1, 1);
        Assert.Equal(3, cluster["a"].GpuCount);
        Assert.Equal(0, cluster.State.FreeByNode()["node-0"]);
        Assert.False(cluster["b"].IsAdmitted);
        Assert.Equal("waits for 1 GPU: they are being given up by other jobs", cluster["b"].Reason);
    }

    [Fact]
    public void Several_jobs_give_together_where_no_single_one_has_enough()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 2, 4);
        cluster.Arrive("b", 2, 4);
        cluster.ConfirmAll();
        cluster.Arrive("c", 4, 4);
        cluster.ConfirmAll();
        Assert.Equal(2, cluster["a"].GpuCount);
        Assert.Equal(2, cluster["b"].GpuCount);
        Assert.True(cluster["c"].IsAdmitted);
        cluster.AssertSound();
    }

    [Fact]
    public void Nobody_is_shrunk_for_a_job_that_would_not_fit_even_then()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 4, 8);
        cluster.ConfirmAll();
        var waiting = cluster.Arrive("b", 5, 5);
        Assert.False(waiting.IsAdmitted);
        Assert.Equal(8, cluster["a"].GpuCount);
        Assert.Equal("waits for 5 GPUs: no running job can give up enough", waiting.Reason);
    }

    [Fact]
    public void A_job_that_is_larger_than_the_cluster_waits_with_that_reason_and_blocks_nobody()
    {
        var cluster = new Cluster(new RecentCheckpointOptions { MaxOvertakes = 0 }, 4);
        Assert.Equal("waits for 9 GPUs: more than the cluster has", cluster.Arrive("huge", 9, 9).Reason);
        Assert.True(cluster.Arrive("small", 1, 1).IsAdmitted);
    }

    [Fact]
    public void A_waiting_job_is_passed_a_bounded_number_of_times()
    {
        var cluster = new Cluster(new RecentCheckpointOptions { MaxOvertakes = 2 }, 4);
        cluster.Arrive("rigid", 2, 2);
        cluster.ConfirmAll();
        cluster.Arrive("large", 4, 4);
        Assert.True(cluster.Arrive("one", 1, 1).IsAdmitted);
        Assert.True(cluster.Arrive("two", 1, 1).IsAdmitted);
        cluster.ConfirmAll();
        cluster.End("one");
        cluster.End("two");
        Assert.False(cluster.Arrive("three", 1, 1).IsAdmitted);
        cluster.End("rigid");
        Assert.True(cluster["large"].IsAdmitted);
    }

    [Fact]
    public void What_is_free_is_kept_for_a_job_that_was_passed_that_often()
    {
        var cluster = new Cluster(new RecentCheckpointOptions { MaxOvertakes = 1 }, 12);
        cluster.Arrive("rigid", 4, 4);
        cluster.Arrive("elastic", 4, 8, with: claim => claim with { MinRunTime = TimeSpan.FromHours(1) });
        cluster.ConfirmAll();
        cluster.SetCap("elastic", 4);
        cluster.Plan();
        cluster.ConfirmAll();
        cluster.Arrive("large", 6, 6);
        cluster.Arrive("small", 2, 2);
        cluster.ConfirmAll();
        Assert.Equal((false, true), (cluster["large"].IsAdmitted, cluster["small"].IsAdmitted));

        cluster.SetCap("elastic", null);
        cluster.Plan("elastic");
        Assert.Equal(4, cluster["elastic"].GpuCount);
        Assert.Equal(
            "what is free is kept for jobs that wait", ScaleUpObstacle.Find(cluster.State, cluster["elastic"]));

        cluster.End("rigid");
        Assert.True(cluster["large"].IsAdmitted);
    }

    [Fact]
    public void Free_GPUs_go_to_waiting_jobs_first_by_priority_and_arrival_and_then_to_running_ones()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("first", 4, 4);
        cluster.Arrive("second", 4, 8);
        cluster.ConfirmAll();
        cluster.Arrive("late", 4, 4);
        cluster.Arrive("urgent", 4, 4, priority: 5);
        cluster.End("first");
        Assert.True(cluster["urgent"].IsAdmitted);
        Assert.False(cluster["late"].IsAdmitted);
        cluster.ConfirmAll();
        cluster.End("urgent");
        Assert.True(cluster["late"].IsAdmitted);
        Assert.Equal(4, cluster["second"].GpuCount);
        cluster.ConfirmAll();
        cluster.End("late");
        Assert.Equal(8, cluster["second"].GpuCount);
        Assert.StartsWith("scaled up from 4 to 8", cluster["second"].Reason, StringComparison.Ordinal);
    }
}
