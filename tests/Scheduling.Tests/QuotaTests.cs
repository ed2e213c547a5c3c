using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests;

public sealed class QuotaTests
{
    [Fact]
    public void A_quota_bounds_what_a_namespace_holds()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 3);
        Assert.Equal(3, cluster.Arrive("a", 1, 8, with: InTeam).GpuCount);
        Assert.False(cluster.Arrive("b", 1, 1, with: InTeam).IsAdmitted);
        Assert.True(cluster.Arrive("c", 1, 8).IsAdmitted);
    }

    [Fact]
    public void Running_jobs_of_a_full_namespace_give_up_GPUs_for_a_waiting_one_of_it()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("a", 1, 4, with: InTeam);
        cluster.ConfirmAll();
        cluster.Arrive("b", 1, 1, with: InTeam);

        Assert.Equal("waits for 1 GPU: they are being given up by other jobs", cluster["b"].Reason);
        Assert.Equal((3, 4), (cluster["a"].GpuCount, cluster["a"].HeldGpus));
        Assert.Contains("b needs 1 GPU", cluster["a"].Reason, StringComparison.Ordinal);
        cluster.Confirm("a");
        Assert.True(cluster["b"].IsAdmitted);
        cluster.AssertSound();
    }

    [Fact]
    public void A_change_that_waits_for_a_checkpoint_counts_as_coming_in_its_quota()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("a", 1, 4, with: claim => InTeam(claim) with { IsAfterCheckpoint = true });
        cluster.Arrive("c", 1, 4);
        cluster.ConfirmAll();
        cluster.Arrive("b", 2, 2, with: InTeam);
        var decided = cluster.Decisions.Count;
        cluster.Plan();

        Assert.Equal("waits for 2 GPUs: they are being given up by other jobs", cluster["b"].Reason);
        Assert.Equal((4, 2), (cluster["a"].GpuCount, cluster["a"].Pending!.GpuCount));
        Assert.Equal(decided, cluster.Decisions.Count);
        cluster.Checkpoint("a");
        cluster.ConfirmAll();
        Assert.Equal((2, 2), (cluster["a"].GpuCount, cluster["b"].GpuCount));
        Assert.Equal(4, cluster["c"].GpuCount);
    }

    [Fact]
    public void Jobs_of_other_namespaces_give_up_nothing_for_one_that_its_quota_holds_back()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 2);
        cluster.Arrive("rigid", 2, 2, with: InTeam);
        cluster.Arrive("other", 1, 6);
        cluster.ConfirmAll();
        cluster.Arrive("b", 1, 1, with: InTeam);

        Assert.Equal("waits for 1 GPU: more than is left of the quota of team", cluster["b"].Reason);
        Assert.Equal(6, cluster["other"].GpuCount);
    }

    [Fact]
    public void Of_several_jobs_only_those_that_help_give_up_GPUs()
    {
        var cluster = new Cluster(16);
        cluster.SetQuota("team", 6);
        cluster.Arrive("a", 1, 3, with: InTeam);
        cluster.Arrive("b", 1, 3, with: InTeam);
        cluster.Arrive("other", 1, 4);
        cluster.ConfirmAll();
        cluster.Now += TimeSpan.FromSeconds(1);
        cluster.Checkpoint("other");
        cluster.Arrive("c", 4, 4, with: InTeam);

        Assert.Equal((1, 1, 4), (cluster["a"].GpuCount, cluster["b"].GpuCount, cluster["other"].GpuCount));
        cluster.ConfirmAll();
        Assert.True(cluster["c"].IsAdmitted);
    }

    [Fact]
    public void What_is_left_of_a_quota_is_promised_once()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("a", 2, 4, with: InTeam);
        cluster.ConfirmAll();
        cluster.Arrive("first", 2, 2, with: InTeam);
        cluster.Arrive("second", 2, 2, with: InTeam);

        Assert.Equal("waits for 2 GPUs: they are being given up by other jobs", cluster["first"].Reason);
        Assert.Equal("waits for 2 GPUs: more than is left of the quota of team", cluster["second"].Reason);
    }

    [Fact]
    public void A_job_that_waits_for_its_quota_keeps_nobody_else_waiting()
    {
        var cluster = new Cluster(new RecentCheckpointOptions { MaxOvertakes = 0 }, 8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("holder", 4, 4, with: InTeam);
        var waiting = cluster.Arrive("a", 4, 4, with: InTeam);
        Assert.Equal("waits for 4 GPUs: more than is left of the quota of team", waiting.Reason);
        Assert.True(cluster.Arrive("b", 1, 1).IsAdmitted);
    }

    [Fact]
    public void A_job_that_is_larger_than_its_quota_waits_with_that_reason()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 2);
        var waiting = cluster.Arrive("a", 3, 4, with: InTeam);
        Assert.Equal("waits for 3 GPUs: more than the quota of team", waiting.Reason);
    }

    [Fact]
    public void A_deleted_job_counts_in_its_quota_until_it_is_gone()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("a", 4, 4, with: InTeam);
        cluster.ConfirmAll();
        cluster.Observe(cluster["a"].Claim with { Namespace = "", IsEnding = true });
        Assert.False(cluster.Arrive("b", 4, 4, with: InTeam).IsAdmitted);
        cluster.End("a");
        Assert.True(cluster["b"].IsAdmitted);
    }

    [Fact]
    public void A_quota_that_is_lowered_under_what_is_held_takes_nothing_away_and_gives_nothing_more()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 6);
        cluster.Arrive("a", 1, 4, with: InTeam);
        cluster.ConfirmAll();
        cluster.SetQuota("team", 2);
        cluster.Observe(cluster["a"].Claim with { GpuLim = 8 });
        cluster.Plan();
        Assert.Equal(4, cluster["a"].GpuCount);

        cluster.Arrive("b", 1, 1, with: InTeam);
        Assert.Equal(1, cluster["a"].GpuCount);
        cluster.ConfirmAll();
        Assert.Equal(2, cluster.State.AllocatedByNamespace()["team"]);
    }

    [Fact]
    public void A_job_that_moves_does_not_hold_the_old_and_the_new_beyond_its_quota()
    {
        var cluster = new Cluster(4, 4);
        cluster.SetQuota("team", 4);
        cluster.Arrive("other", 4, 4);
        cluster.Arrive("a", 4, 4, with: InTeam);
        cluster.ConfirmAll();
        cluster.End("other");
        Assert.Equal("node-1", cluster["a"].Blocks[0].Node);

        cluster.SetNodes(4);
        cluster.Plan();
        Assert.False(cluster["a"].IsAdmitted);
        cluster.Confirm("a");
        Assert.Equal("node-0", cluster["a"].Blocks[0].Node);
    }

    [Fact]
    public void The_ledger_refuses_a_decision_that_is_over_a_quota()
    {
        var cluster = new Cluster(8);
        cluster.SetQuota("team", 2);
        cluster.Arrive("a", 3, 3, with: InTeam);
        var fault = Assert.Throws<InvalidOperationException>(() => CapacityLedger.Apply(
            cluster.State, [new Admit("a", 3, [new("node-0", [0, 1, 2])], "a faulty policy")], Cluster.Start));
        Assert.Equal("a: 3 GPUs are over the quota of team, 2", fault.Message);
    }

    private static JobClaim InTeam(JobClaim claim) => claim with { Namespace = "team" };
}
