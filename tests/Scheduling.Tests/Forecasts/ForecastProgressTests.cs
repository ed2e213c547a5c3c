using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Tests.Placement;

namespace Sluice.Scheduling.Tests.Forecasts;

/// <summary>While a forecast is played, its jobs show the policy what they would show it in earnest.</summary>
public sealed class ForecastProgressTests
{
    [Fact]
    public void A_policy_sees_how_far_each_job_is_by_then()
    {
        var wanted = new WantedCounts { Gpus = { ["a"] = 4, ["b"] = 4 } };
        var cluster = Started(new TargetedPolicy(wanted, new()));
        var from = TargetSeconds(cluster.Now);
        wanted.Seen.Clear();

        Play(cluster, new TargetedPolicy(wanted, new()));

        var seen = wanted.Seen.Last(snapshot => snapshot.Jobs.Length == 1);
        var a = Assert.Single(seen.Jobs);
        Assert.Equal(from + 900, seen.Now);
        Assert.Equal(92, a.CompletedEpochs);
        Assert.Equal(seen.Now, a.Notifications[^1].At, 1e-3);
        Assert.All(a.Notifications, notification => Assert.Equal(a.HeldSince, notification.HeldSince));
    }

    [Fact]
    public void A_job_that_is_started_again_shows_its_speed_with_what_it_holds_then()
    {
        var wanted = new WantedCounts { Gpus = { ["a"] = 4, ["b"] = 4, ["c"] = 4 } };
        var policy = new TargetedPolicy(wanted, new());
        var cluster = Started(policy, claim => claim with { TotalEpochs = 1_002, GpuLim = 8 }, 8, 8);
        wanted.Gpus["a"] = 8;
        wanted.Seen.Clear();
        var from = TargetSeconds(cluster.Now);

        Play(cluster, policy);

        // It grows when b has ended, and is seen when c has, 600 s later.
        var a = wanted.Seen.Last(snapshot => snapshot.Now <= from + 1_500).Jobs.Single(job => job.Uid == "a");
        Assert.Equal((8, from + 900), (a.HeldGpus, a.HeldSince));
        var told = a.Notifications.Where(one => one.HeldSince.Equals(a.HeldSince)).ToList();
        Assert.Equal([8, 8], told.Select(one => one.HeldGpus));
        Assert.Equal(
            10 * Math.Pow(0.5, JobPace.DefaultExponent),
            (told[1].At - told[0].At) / (told[1].CompletedEpochs - told[0].CompletedEpochs),
            1e-3);
    }

    [Fact]
    public void A_job_that_is_nearly_done_by_then_is_not_suspended_for_one_that_was_shorter_before()
    {
        var policy = Policy("srtf");
        var cluster = Started(policy);
        Wait(cluster, "c");

        var forecast = Play(cluster, policy);

        Assert.DoesNotContain(forecast.Decisions, change => change.Uid == "a");
        Assert.Equal(cluster.Now.AddSeconds(999), forecast.Jobs["a"].EndsAt!.Value, TimeSpan.FromMilliseconds(1));
        Assert.Equal(forecast.Jobs["a"].EndsAt, forecast.Jobs["c"].StartsAt);
    }

    [Fact]
    public void Reasons_that_will_be_given_tell_what_is_left_by_then()
    {
        var policy = Policy("adaptive");
        var cluster = Started(policy);
        Wait(cluster, "c");

        var change = Play(cluster, policy).Decisions.First(change => change.Uid == "a");

        Assert.Equal((4, 0), (change.GpusBefore, change.GpusAfter));
        Assert.Contains("100 s were left with them", change.Reason, StringComparison.Ordinal);
    }

    /// <summary>
    /// Jobs hold 4 GPUs each, with 10 s an epoch: a has 1,000 s left, b, which must not be suspended, 900 s, and c,
    /// where there is room for it, 1,500 s.
    /// </summary>
    private static Cluster Started(IPolicy policy, Func<JobClaim, JobClaim>? with = null, params int[] nodes)
    {
        var cluster = new Cluster(policy, nodes is [] ? [4, 4] : nodes) { KeepsHistory = true };
        string[] names = nodes is [] ? ["a", "b"] : ["a", "b", "c"];
        cluster.Arrive("a", 4, 4, with: claim =>
            (with ?? (same => same))(claim with { TotalEpochs = 102, IsSuspendable = true }));
        cluster.Arrive("b", 4, 4, with: claim => claim with { TotalEpochs = 92 });
        if (nodes is not [])
        {
            cluster.Arrive("c", 4, 4, with: claim => claim with { TotalEpochs = 152 });
        }

        cluster.ConfirmAll();
        for (var epoch = 0; epoch < 2; epoch++)
        {
            cluster.Now += TimeSpan.FromSeconds(10);
            Array.ForEach(names, cluster.Checkpoint);
        }

        return cluster;
    }

    /// <summary>A job that needs all 8 GPUs, and trained for a while before: it has 500 s left with them.</summary>
    private static void Wait(Cluster cluster, string name)
    {
        cluster.Now += TimeSpan.FromSeconds(1);
        var history = TrainingHistory.Begin([], 1, 8, new(cluster.Now.AddSeconds(-100), 0));
        history = TrainingHistory.Save(history, 1, new(cluster.Now.AddSeconds(-95), 1));
        history = TrainingHistory.Save(history, 1, new(cluster.Now.AddSeconds(-85), 3));
        cluster.Arrive(name, 4, 4, replicas: 2, with: claim => claim with
        {
            TotalEpochs = 103, CompletedEpochs = 3, History = history,
        });
        Assert.False(cluster[name].IsAdmitted);
    }

    private static IPolicy Policy(string name) =>
        PolicyCatalog.Create(name, maxOvertakes: 16, TimeSpan.FromHours(12));

    private static double TargetSeconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private static ForecastResult Play(Cluster cluster, IPolicy policy) =>
        ClusterForecast.Play(cluster.State, policy, cluster.Now);
}
