using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Tests;

/// <summary>Running jobs that give up GPUs for several waiting ones.</summary>
public sealed class ScaleDownTests
{
    [Fact]
    public void A_job_that_gives_to_two_in_one_plan_promises_no_GPU_twice()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4);
        ArriveUnplanned(cluster, "b", 1);
        ArriveUnplanned(cluster, "c", 2);
        cluster.Confirm("a");

        Assert.Equal(1, cluster["a"].GpuCount);
        Assert.StartsWith(
            "scaled down from 4 to 1: b needs 1 GPU, c needs 2 GPUs, and", cluster["a"].Reason,
            StringComparison.Ordinal);
        Assert.Single(cluster.Decisions.OfType<Resize>());
        Assert.All(["b", "c"], name => Assert.EndsWith("given up by other jobs", cluster[name].Reason));
        cluster.ConfirmAll();
        Assert.Equal((1, 1, 2), (cluster["a"].GpuCount, cluster["b"].GpuCount, cluster["c"].GpuCount));
        cluster.AssertSound();
    }

    [Fact]
    public void A_change_that_waits_grows_for_a_second_arrival_and_keeps_its_deadline()
    {
        var cluster = AfterCheckpoint(gpus: 4);
        cluster.Arrive("b", 1, 1);
        var first = cluster["a"].Pending!;
        cluster.Now += TimeSpan.FromMinutes(1);
        cluster.Arrive("c", 1, 1);

        var both = cluster["a"].Pending!;
        Assert.Equal((3, 2), (first.GpuCount, both.GpuCount));
        Assert.Equal<string>(["b", "c"], both.ForUids);
        Assert.Equal((first.DeadlineAt, first.AfterNotifications), (both.DeadlineAt, both.AfterNotifications));
        cluster.Checkpoint("a");
        cluster.ConfirmAll();
        Assert.Equal((2, true, true), (cluster["a"].GpuCount, cluster["b"].IsAdmitted, cluster["c"].IsAdmitted));
        Assert.Single(cluster.Decisions.OfType<Resize>());
    }

    [Fact]
    public void When_one_of_two_is_gone_the_change_shrinks_to_what_the_other_needs()
    {
        var cluster = AfterCheckpoint(gpus: 4);
        cluster.Arrive("b", 2, 2);
        cluster.Arrive("c", 1, 1);
        var deadline = cluster["a"].Pending!.DeadlineAt;
        Assert.Equal(1, cluster["a"].Pending!.GpuCount);
        cluster.Now += TimeSpan.FromMinutes(1);
        cluster.End("b");

        Assert.Equal(3, cluster["a"].Pending?.GpuCount);
        Assert.Equal<string>(["c"], cluster["a"].Pending!.ForUids);
        Assert.Equal(deadline, cluster["a"].Pending!.DeadlineAt);
        cluster.End("c");
        Assert.Null(cluster["a"].Pending);
        cluster.Checkpoint("a");
        Assert.Equal(4, cluster["a"].GpuCount);
    }

    [Fact]
    public void At_its_checkpoint_a_job_gives_to_one_that_came_since_in_the_same_restart()
    {
        var cluster = AfterCheckpoint(gpus: 4);
        cluster.Arrive("b", 1, 1);
        ArriveUnplanned(cluster, "c", 1);
        cluster.Checkpoint("a");

        Assert.Equal(2, cluster["a"].GpuCount);
        Assert.EndsWith("(at its checkpoint)", cluster["a"].Reason, StringComparison.Ordinal);
        Assert.Single(cluster.Decisions.OfType<Resize>());
    }

    [Fact]
    public void A_job_that_was_asked_to_do_with_less_gives_what_another_needs_beside_in_the_same_restart()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4);
        cluster.ConfirmAll();
        cluster.SetCap("a", 3);
        ArriveUnplanned(cluster, "b", 2);
        cluster.Plan();

        Assert.Equal(2, cluster["a"].GpuCount);
        Assert.Single(cluster.Decisions.OfType<Resize>());
        cluster.ConfirmAll();
        Assert.True(cluster["b"].IsAdmitted);
    }

    [Fact]
    public void Of_several_that_must_give_the_one_with_the_oldest_checkpoint_keeps_the_most()
    {
        var cluster = new Cluster(12);
        foreach (var name in new[] { "old", "older", "recent" })
        {
            cluster.Arrive(name, 1, 4);
        }

        cluster.ConfirmAll();
        cluster.Now += TimeSpan.FromSeconds(5);
        cluster.Checkpoint("old");
        cluster.Now += TimeSpan.FromSeconds(5);
        cluster.Checkpoint("recent");
        cluster.Arrive("new", 5, 5);

        Assert.Equal((1, 2, 4), (cluster["recent"].GpuCount, cluster["old"].GpuCount, cluster["older"].GpuCount));
    }

    private static Cluster AfterCheckpoint(int gpus)
    {
        var cluster = new Cluster(gpus);
        cluster.Arrive("a", 1, gpus, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        return cluster;
    }

    /// <summary>Comes in the same moment as something else, so that one plan sees both.</summary>
    private static void ArriveUnplanned(Cluster cluster, string name, int gpus) => cluster.Observe(new()
    {
        Uid = name,
        JobKey = $"job/default/{name}",
        JobName = name,
        Namespace = "default",
        Replicas = 1,
        GpuReq = gpus,
        GpuLim = gpus,
        ArrivedAt = name[0],
        Added = name[0],
    });
}
