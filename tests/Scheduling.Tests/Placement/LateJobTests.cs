using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Placement;

namespace Sluice.Scheduling.Tests.Placement;

/// <summary>Jobs that have waited for longer than the policy lets them.</summary>
public sealed class LateJobTests
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("srtf")]
    [InlineData("equal-share")]
    public void A_late_job_is_not_suspended_before_its_first_checkpoint_and_may_be_after_it(string name)
    {
        var cluster = Create(name, 4);
        cluster.Arrive("before", 4, 4, with: claim => claim with { TotalEpochs = 1 });
        cluster.ConfirmAll();
        cluster.Arrive("late", 4, 4, with: claim => claim with { IsSuspendable = true, TotalEpochs = 1000 });
        cluster.Now += MaxWait;
        cluster.End("before");
        cluster.ConfirmAll();
        Assert.True(cluster["late"].IsAdmitted);

        cluster.Now += TimeSpan.FromMinutes(1);
        cluster.Arrive("short", 4, 4, with: claim => claim with { TotalEpochs = 1 });
        cluster.Now += TimeSpan.FromMinutes(1);
        cluster.Plan();
        Assert.True(cluster["late"].IsAdmitted);

        cluster.Checkpoint("late");
        cluster.ConfirmAll();
        Assert.False(cluster["late"].IsAdmitted);
        Assert.True(cluster["short"].IsAdmitted);
    }

    [Fact]
    public void A_job_that_did_not_wait_for_too_long_may_be_suspended_at_any_time()
    {
        var cluster = Create("srtf", 4);
        cluster.Arrive("long", 4, 4, with: claim => claim with { IsSuspendable = true, TotalEpochs = 1000 });
        cluster.ConfirmAll();
        cluster.Now += TimeSpan.FromMinutes(1);
        cluster.Arrive("short", 4, 4, with: claim => claim with { TotalEpochs = 1 });

        Assert.False(cluster["long"].IsAdmitted);
    }

    [Theory]
    [InlineData("adaptive")]
    [InlineData("fifo")]
    [InlineData("equal-share")]
    [InlineData("srtf")]
    public void While_a_late_job_waits_for_its_quota_nobody_of_its_namespace_starts_or_grows_and_others_do(string name)
    {
        var cluster = Create(name, 8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("first", 2, 2, with: InTeam);
        cluster.Arrive("second", 1, 2, with: claim => InTeam(claim) with { TotalEpochs = 100 });
        cluster.ConfirmAll();
        cluster.Arrive("late", 3, 3, with: InTeam);
        Assert.EndsWith("more than is left of the quota of team", cluster["late"].Reason, StringComparison.Ordinal);

        cluster.Now += MaxWait;
        cluster.End("first");
        cluster.Arrive("small", 1, 1, with: claim => InTeam(claim) with { TotalEpochs = 1 });
        cluster.Arrive("other", 1, 1);
        cluster.ConfirmAll();
        Assert.True(cluster["late"].IsAdmitted || !cluster["small"].IsAdmitted, cluster["small"].Reason);
        Assert.True(cluster["other"].IsAdmitted);

        cluster.SetQuota("team", 3);
        cluster.ConfirmAll();
        cluster.End("second");
        cluster.ConfirmAll();
        Assert.True(cluster["late"].IsAdmitted);
        Assert.False(cluster["small"].IsAdmitted);
    }

    [Fact]
    public void What_a_late_job_keeps_waiting_in_its_quota_says_for_whom()
    {
        var cluster = Create("srtf", 8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("first", 2, 2, with: InTeam);
        cluster.Arrive("second", 2, 2, with: InTeam);
        cluster.ConfirmAll();
        cluster.Arrive("late", 3, 3, with: InTeam);
        cluster.Now += MaxWait;
        cluster.End("first");

        Assert.Equal(
            "waits for 1 GPU: late has waited for too long, and goes first",
            cluster.Arrive("small", 1, 1, with: InTeam).Reason);
    }

    [Fact]
    public void A_late_job_is_given_what_running_ones_of_its_quota_hold_above_their_least()
    {
        var cluster = Create("fifo", 8);
        cluster.SetQuota("team", 4);
        cluster.Arrive("wide", 1, 4, with: claim => InTeam(claim) with { TotalEpochs = 100 });
        cluster.ConfirmAll();
        Assert.Equal(4, cluster["wide"].GpuCount);
        cluster.Arrive("late", 3, 3, with: InTeam);

        cluster.Now += MaxWait;
        cluster.Plan();
        cluster.ConfirmAll();
        Assert.Equal((1, 3), (cluster["wide"].GpuCount, cluster["late"].GpuCount));
    }

    private static JobClaim InTeam(JobClaim claim) => claim with { Namespace = "team" };

    private static Cluster Create(string name, params int[] nodes) =>
        new(PolicyCatalog.Create(name, maxOvertakes: 16, MaxWait), nodes) { KeepsHistory = true };
}
