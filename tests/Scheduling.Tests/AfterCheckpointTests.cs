using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

/// <summary>Changes of jobs that are resized at a checkpoint only.</summary>
public sealed class AfterCheckpointTests
{
    [Fact]
    public void A_scale_up_that_waits_for_a_checkpoint_gives_way_to_a_job_that_was_passed_that_often()
    {
        var cluster = new Cluster(new RecentCheckpointOptions { MaxOvertakes = 0 }, 8);
        cluster.Arrive("rigid", 4, 4);
        cluster.Arrive("ends", 2, 2);
        cluster.Arrive("elastic", 2, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.End("ends");
        Assert.Equal(4, cluster["elastic"].Pending?.GpuCount);

        cluster.Arrive("large", 4, 4);

        Assert.Null(cluster["elastic"].Pending);
        Assert.Equal(
            "what is free is kept for large",
            cluster.Decisions.OfType<CancelPending>().Single().Reason);
        cluster.Checkpoint("elastic");
        Assert.Equal(2, cluster["elastic"].GpuCount);
        cluster.End("rigid");
        Assert.True(cluster["large"].IsAdmitted);
    }

    [Fact]
    public void An_after_checkpoint_job_is_shrunk_at_its_next_notification()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.Arrive("b", 2, 2);
        Assert.Equal(4, cluster["a"].GpuCount);
        Assert.Equal(2, cluster["a"].Pending?.GpuCount);
        cluster.Checkpoint("a");
        Assert.Equal(2, cluster["a"].GpuCount);
        Assert.EndsWith("(at its checkpoint)", cluster["a"].Reason, StringComparison.Ordinal);
        cluster.ConfirmAll();
        Assert.True(cluster["b"].IsAdmitted);
        cluster.AssertSound();
    }

    [Fact]
    public void A_deadline_bounds_the_wait_for_a_checkpoint()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with
        {
            IsAfterCheckpoint = true,
            CheckpointDeadline = TimeSpan.FromMinutes(5),
        });
        cluster.ConfirmAll();
        cluster.Arrive("b", 2, 2);
        Assert.Equal(Cluster.Start + TimeSpan.FromMinutes(5), cluster.WakeAt);
        cluster.Now = cluster.WakeAt!.Value;
        cluster.Plan();
        Assert.Equal(2, cluster["a"].GpuCount);
        Assert.EndsWith("(no checkpoint came before the deadline)", cluster["a"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_waits_is_dropped_when_the_job_it_was_for_is_gone()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.Arrive("b", 2, 2);
        cluster.End("b");
        Assert.Null(cluster["a"].Pending);
        cluster.Checkpoint("a");
        Assert.Equal(4, cluster["a"].GpuCount);
    }

    [Fact]
    public void An_after_checkpoint_job_grows_at_its_next_notification()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("rigid", 2, 2);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.End("rigid");
        Assert.Equal((2, 4), (cluster["a"].GpuCount, cluster["a"].Pending!.GpuCount));
        cluster.Checkpoint("a");
        Assert.Equal(4, cluster["a"].GpuCount);
        Assert.Null(cluster["a"].Pending);
    }

    [Fact]
    public void A_growth_that_waits_gives_way_to_a_job_that_arrives()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("rigid", 2, 2);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.End("rigid");
        Assert.True(cluster.Arrive("b", 2, 2).IsAdmitted);
        Assert.Null(cluster["a"].Pending);
    }

    [Fact]
    public void A_cap_on_an_after_checkpoint_job_is_applied_at_its_checkpoint_and_decided_once()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.SetCap("a", 2);
        cluster.Plan("a");
        Assert.Equal((4, 2), (cluster["a"].GpuCount, cluster["a"].Pending!.GpuCount));
        var decided = cluster.Decisions.Count;
        cluster.Now += TimeSpan.FromSeconds(1);
        cluster.Plan();
        Assert.Equal(decided, cluster.Decisions.Count);
        cluster.Checkpoint("a");
        Assert.Equal(2, cluster["a"].GpuCount);
    }

    [Fact]
    public void A_cap_that_is_lifted_before_the_checkpoint_changes_nothing()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.ConfirmAll();
        cluster.SetCap("a", 2);
        cluster.Plan("a");
        cluster.SetCap("a", null);
        cluster.Plan("a");
        Assert.Equal(
            "it may keep its GPUs now", cluster.Decisions.OfType<CancelPending>().Single().Reason);
        cluster.Checkpoint("a");
        Assert.Equal(4, cluster["a"].GpuCount);
        Assert.Null(cluster["a"].Pending);
    }

    [Fact]
    public void A_change_that_gives_more_names_the_count_that_fits_also_where_that_has_become_another()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 1, 6, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.SetCap("a", 1);
        cluster.ConfirmAll();
        cluster.Checkpoint("a");
        cluster.ConfirmAll();
        cluster.SetCap("a", null);
        cluster.Plan("a");
        Assert.Equal((1, 6), (cluster["a"].GpuCount, cluster["a"].Pending!.GpuCount));
        var deadline = cluster["a"].Pending!.DeadlineAt;

        cluster.Now += TimeSpan.FromSeconds(5);
        cluster.Arrive("b", 4, 4);
        Assert.Equal((4, deadline), (cluster["a"].Pending!.GpuCount, cluster["a"].Pending!.DeadlineAt));
        Assert.Equal(
            "scaled up from 1 to 4: 3 GPUs were free, and it was asked for", cluster["a"].Pending!.Reason);
        cluster.Checkpoint("a");
        Assert.Equal(4, cluster["a"].GpuCount);
        Assert.StartsWith("scaled up from 1 to 4: ", cluster["a"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_gives_more_names_what_is_given_where_that_changes_with_the_checkpoint()
    {
        var cluster = new Cluster(8);
        cluster.Arrive("a", 1, 6, with: claim => claim with { IsAfterCheckpoint = true });
        cluster.SetCap("a", 1);
        cluster.ConfirmAll();
        cluster.Checkpoint("a");
        cluster.ConfirmAll();
        cluster.SetCap("a", null);
        cluster.Plan("a");

        cluster.SetCap("a", 3);
        cluster.Checkpoint("a");
        Assert.Equal(3, cluster["a"].GpuCount);
        Assert.StartsWith("scaled up from 1 to 3: ", cluster["a"].Reason, StringComparison.Ordinal);
        Assert.EndsWith("it was asked for (at its checkpoint)", cluster["a"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_gives_more_and_is_dropped_says_whether_the_job_may_have_no_more_or_others_need_it()
    {
        Assert.Equal("it was asked to have no more than 2", WhyItIsDropped(cluster => cluster.SetCap("a", 2)));
        Assert.Equal("its limit was lowered to 2", WhyItIsDropped(
            cluster => cluster.Observe(cluster["a"].Claim with { GpuLim = 2 })));
        Assert.Equal(
            "the GPUs it was to get are needed elsewhere", WhyItIsDropped(cluster => cluster.Arrive("b", 2, 2)));

        static string WhyItIsDropped(Action<Cluster> change)
        {
            var cluster = new Cluster(4);
            cluster.Arrive("rigid", 2, 2);
            cluster.Arrive("a", 1, 4, with: claim => claim with { IsAfterCheckpoint = true });
            cluster.ConfirmAll();
            cluster.End("rigid");
            Assert.Equal((2, 4), (cluster["a"].GpuCount, cluster["a"].Pending!.GpuCount));

            change(cluster);
            cluster.Plan();
            Assert.Null(cluster["a"].Pending);
            return cluster.Decisions.OfType<CancelPending>().Single().Reason;
        }
    }
}
