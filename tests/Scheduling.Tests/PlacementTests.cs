namespace Sluice.Scheduling.Tests;

/// <summary>Where jobs are put.</summary>
public sealed class PlacementTests
{
    [Fact]
    public void A_gang_is_placed_whole_or_not_at_all()
    {
        var cluster = new Cluster(4, 4);
        var gang = cluster.Arrive("gang", 2, 4, replicas: 3);
        Assert.True(gang.IsAdmitted);
        Assert.Equal(2, gang.GpuCount);
        Assert.All(gang.Blocks, block => Assert.Equal(2, block.Gpus.Length));
        Assert.False(cluster.Arrive("other", 2, 2, replicas: 2).IsAdmitted);
        cluster.AssertSound();
    }

    [Fact]
    public void A_block_of_a_replica_never_spans_nodes()
    {
        var cluster = new Cluster(2, 2);
        Assert.Equal("waits for 3 GPUs: more than the cluster has", cluster.Arrive("a", 3, 4).Reason);
    }

    [Fact]
    public void A_job_goes_to_the_node_that_it_fills_best()
    {
        var cluster = new Cluster(8, 2);
        Assert.Equal("node-1", cluster.Arrive("a", 2, 2).Blocks[0].Node);
    }
}
