using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

public sealed class ScaleUpChoiceTests
{
    private static readonly RecentCheckpointPolicy Policy = new(new());

    [Fact]
    public void It_is_the_most_recent_checkpoint_of_those_that_were_asked_to_do_with_less()
    {
        var cluster = new Cluster(8);
        foreach (var name in new[] { "a", "b", "c" })
        {
            cluster.Arrive(name, 1, 2);
            cluster.SetCap(name, 1);
        }

        cluster.Plan();
        cluster.ConfirmAll();
        cluster.Now += TimeSpan.FromSeconds(1);
        cluster.Checkpoint("b");

        Assert.Equal("b", ScaleUpChoice.Find(Policy, cluster.State, cluster.Now)?.Uid);
        cluster.SetCap("b", null);
        cluster.Plan();
        Assert.Equal("a", ScaleUpChoice.Find(Policy, cluster.State, cluster.Now)?.Uid);
    }

    [Fact]
    public void A_job_that_no_free_GPU_helps_is_passed_over()
    {
        var cluster = new Cluster(3);
        cluster.Arrive("full", 1, 2);
        cluster.ConfirmAll();
        cluster.Arrive("asked", 1, 1);
        cluster.ConfirmAll();

        Assert.Null(ScaleUpChoice.Find(Policy, cluster.State, cluster.Now));
    }
}
