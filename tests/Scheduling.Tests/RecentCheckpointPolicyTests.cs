using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

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
        cluster.Checkpoint("a");
        Assert.Equal(4, cluster["a"].GpuCount);
        Assert.Null(cluster["a"].Pending);
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
}
