using Sluice.Scheduling.Placement;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>An after-checkpoint job is to grow into GPUs of which others are still giving up a part.</summary>
public sealed class AfterCheckpointGrowthTests
{
    private readonly WantedCounts _wanted = new() { Gpus = { ["growing"] = 1, ["ending"] = 2 } };

    [Fact]
    public void It_gets_what_is_free_at_its_deadline_though_it_never_notifies()
    {
        var cluster = Started(4);
        Assert.Equal(4, cluster["growing"].Pending?.GpuCount);
        Assert.Equal(1, cluster["growing"].GpuCount);

        cluster.Now += TimeSpan.FromMinutes(30);
        cluster.Plan();
        Assert.Equal(2, cluster["growing"].GpuCount);
        Assert.EndsWith(
            "(no checkpoint came before the deadline)", cluster["growing"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void It_gets_what_is_free_once_it_has_notified_though_the_plan_is_made_later()
    {
        var cluster = Started(4);
        cluster.Observe(cluster["growing"].Claim with { Notifications = 1 });
        cluster.Now += TimeSpan.FromMinutes(1);
        cluster.Plan();

        Assert.Equal(2, cluster["growing"].GpuCount);
        Assert.EndsWith("(at its checkpoint)", cluster["growing"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void It_does_not_wait_beyond_its_deadline_for_what_would_not_help_it()
    {
        var cluster = Started(2, 2);
        Assert.Equal(2, cluster["growing"].Pending?.GpuCount);

        cluster.Now += TimeSpan.FromMinutes(30);
        cluster.Plan();
        Assert.Equal(2, cluster["growing"].GpuCount);
    }

    /// <summary>On the first node one of its GPUs is free; another job will never be done with giving up two.</summary>
    private Cluster Started(params int[] nodes)
    {
        var cluster = new Cluster(new TargetedPolicy(_wanted, new()), nodes) { KeepsHistory = true };
        cluster.Arrive("growing", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.Arrive("ending", 2, 2);
        cluster.ConfirmAll();
        cluster.Observe(cluster["ending"].Claim with { IsEnding = true });
        _wanted.Gpus["growing"] = 4;
        cluster.Plan();
        return cluster;
    }
}
