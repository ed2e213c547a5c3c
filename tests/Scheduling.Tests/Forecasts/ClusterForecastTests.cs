using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Tests.Forecasts;

public sealed class ClusterForecastTests
{
    private static readonly RecentCheckpointPolicy Policy = new(new RecentCheckpointOptions());

    [Fact]
    public void A_running_job_ends_when_its_remaining_epochs_are_trained()
    {
        var cluster = new Cluster(4);
        Run(cluster, "a", 4, 4, total: 10, done: 4, secondsPerEpoch: 30);

        var forecast = Play(cluster);

        Assert.Equal(cluster.Now.AddSeconds(180), forecast.Jobs["a"].EndsAt);
        Assert.True(forecast.Jobs["a"].IsMeasured);
        Assert.Contains("30 s an epoch with 4 GPUs, 4 of 10 epochs done", forecast.Jobs["a"].Basis);
        Assert.Null(forecast.Jobs["a"].StartsAt);
        Assert.False(forecast.IsCutShort);
    }

    [Fact]
    public void A_waiting_job_starts_when_the_one_before_it_ends()
    {
        var cluster = new Cluster(4);
        Run(cluster, "a", 4, 4, total: 10, done: 4, secondsPerEpoch: 30);
        cluster.Arrive("b", 2, 4);

        var b = Play(cluster).Jobs["b"];

        Assert.Equal((cluster.Now.AddSeconds(180), 4), (b.StartsAt, b.StartGpus));
        // Like the median of the others: 300 s with the 4 GPUs of a are its least; b's least are 2.
        Assert.Equal(cluster.Now.AddSeconds(180 + 300 * Math.Pow(0.5, 0.8)), b.EndsAt!.Value, TimeSpan.FromMilliseconds(1));
        Assert.False(b.IsMeasured);
        Assert.Contains("median of 1 other jobs: 300 s with 2 GPUs", b.Basis);
    }

    [Fact]
    public void Without_anything_measured_nobody_can_tell()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 4, 4);
        cluster.ConfirmAll();
        cluster.Arrive("b", 2, 4);

        var forecast = Play(cluster);

        Assert.All(forecast.Jobs.Values, job => Assert.Null(job.EndsAt));
        Assert.Null(forecast.Jobs["b"].StartsAt);
        Assert.Contains("no other job here has shown", forecast.Jobs["b"].Basis);
        Assert.Empty(forecast.Decisions);
    }

    [Fact]
    public void A_job_that_does_not_say_how_long_it_trains_has_no_end()
    {
        var cluster = new Cluster(4);
        Run(cluster, "a", 4, 4, total: 0, done: 4, secondsPerEpoch: 30);

        Assert.Null(Play(cluster).Jobs["a"].EndsAt);
        Assert.Contains("how many epochs", Play(cluster).Jobs["a"].Basis);
    }

    [Fact]
    public void What_somebody_said_of_a_length_is_taken()
    {
        var cluster = new Cluster(4);
        cluster.Arrive("a", 2, 2);
        cluster.ConfirmAll();

        var forecast = ClusterForecast.Play(cluster.State, Policy, cluster.Now, new("a", 90));

        Assert.Equal(cluster.Now.AddSeconds(90), forecast.Jobs["a"].EndsAt);
        Assert.Contains("as it was said: 90 s with 2 GPUs", forecast.Jobs["a"].Basis);
    }

    [Fact]
    public void A_running_job_grows_when_another_ends_and_pays_its_restart_and_what_was_not_saved()
    {
        var cluster = new Cluster(8);
        Run(cluster, "short", 4, 4, total: 10, done: 9, secondsPerEpoch: 50);
        Run(cluster, "long", 4, 8, total: 10, done: 0, secondsPerEpoch: 40, restart: 20);

        var forecast = Play(cluster);

        // At 50 s the first is done; the other has trained 1.25 epochs, of which 1 is saved; then 20 s to load.
        var change = Assert.Single(forecast.Decisions);
        Assert.Equal((cluster.Now.AddSeconds(50), "long", 4, 8), (change.At, change.Uid, change.GpusBefore, change.GpusAfter));
        var faster = 40 * Math.Pow(0.5, JobPace.DefaultExponent);
        Assert.Equal(
            cluster.Now.AddSeconds(50 + 20 + 9 * faster), forecast.Jobs["long"].EndsAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_change_that_waits_for_a_checkpoint_comes_at_the_next_whole_epoch_and_loses_nothing()
    {
        var cluster = new Cluster(8);
        Run(cluster, "short", 4, 4, total: 10, done: 9, secondsPerEpoch: 50);
        Run(cluster, "long", 4, 8, total: 10, done: 0, secondsPerEpoch: 40, with: claim => claim with { IsAfterCheckpoint = true });

        var forecast = Play(cluster);

        Assert.Equal(cluster.Now.AddSeconds(80), Assert.Single(forecast.Decisions).At);
        var faster = 40 * Math.Pow(0.5, JobPace.DefaultExponent);
        Assert.Equal(
            cluster.Now.AddSeconds(80 + 8 * faster), forecast.Jobs["long"].EndsAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void What_was_trained_since_the_last_notification_counts_up_to_an_epoch()
    {
        var cluster = new Cluster(4);
        var told = new SavedEpochs(cluster.Now, 3);
        Run(cluster, "a", 4, 4, total: 10, done: 3, secondsPerEpoch: 100, with: claim => claim with
        {
            History = [new(1, 4, new(cluster.Now.AddSeconds(-300), 0))
            {
                First = new(cluster.Now.AddSeconds(-200), 1), Last = told,
            }],
        });
        var expected = cluster.Now.AddSeconds(700);

        cluster.Now = cluster.Now.AddSeconds(60);
        Assert.Equal(expected, Play(cluster).Jobs["a"].EndsAt);

        // The next one is late: an epoch is all that is taken to be done.
        cluster.Now = told.At.AddSeconds(500);
        Assert.Equal(cluster.Now.AddSeconds(600), Play(cluster).Jobs["a"].EndsAt);
    }

    [Fact]
    public void A_job_that_told_nothing_gets_nearer_to_its_end_as_it_runs_and_pays_what_is_left_of_its_start()
    {
        var cluster = new Cluster(8);
        Run(cluster, "measured", 4, 4, total: 10, done: 0, secondsPerEpoch: 30, restart: 20);
        cluster.Arrive("a", 4, 4);
        cluster.ConfirmAll();
        var expected = cluster.Now.AddSeconds(20 + 300);
        Assert.Equal(expected, Play(cluster).Jobs["a"].EndsAt);

        cluster.Now = cluster.Now.AddSeconds(200);
        Assert.Equal(expected, Play(cluster).Jobs["a"].EndsAt);

        cluster.Now = cluster.Now.AddSeconds(2000);
        Assert.Equal(cluster.Now.AddSeconds(30), Play(cluster).Jobs["a"].EndsAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData(1e12)]
    [InlineData(1e300)]
    public void A_job_that_would_take_for_ever_has_no_end_and_disturbs_nobody(double total)
    {
        var cluster = new Cluster(8);
        Run(cluster, "endless", 4, 4, total, done: 0, secondsPerEpoch: 30);
        Run(cluster, "a", 4, 4, total: 10, done: 4, secondsPerEpoch: 30);
        cluster.Arrive("b", 4, 4);

        var jobs = Play(cluster).Jobs;

        Assert.Null(jobs["endless"].EndsAt);
        Assert.Equal(cluster.Now.AddSeconds(180), jobs["a"].EndsAt);
        Assert.Equal(cluster.Now.AddSeconds(180 + 300), jobs["b"].EndsAt);
    }

    [Fact]
    public void A_job_without_GPUs_ends_too()
    {
        var cluster = new Cluster(8);
        Run(cluster, "cpu", 0, 0, total: 10, done: 4, secondsPerEpoch: 30);

        Assert.Equal(cluster.Now.AddSeconds(180), Play(cluster).Jobs["cpu"].EndsAt);
    }

    [Fact]
    public void What_is_being_ended_counts_as_gone()
    {
        var cluster = new Cluster(4);
        Run(cluster, "a", 4, 4, total: 10, done: 4, secondsPerEpoch: 30);
        cluster.Observe(cluster["a"].Claim with { IsEnding = true });
        cluster.Arrive("b", 4, 4);

        var forecast = Play(cluster);

        Assert.DoesNotContain("a", forecast.Jobs.Keys);
        Assert.Equal(cluster.Now, forecast.Jobs["b"].StartsAt);
    }

    [Fact]
    public void A_deadline_cuts_it_short_and_says_so()
    {
        var cluster = new Cluster(4);
        Run(cluster, "a", 4, 4, total: 10, done: 4, secondsPerEpoch: 30);
        using var over = new CancellationTokenSource();
        over.Cancel();

        var forecast = ClusterForecast.Play(cluster.State, Policy, cluster.Now, deadline: over.Token);

        Assert.True(forecast.IsCutShort);
        Assert.Null(forecast.Jobs["a"].EndsAt);
    }

    [Fact]
    public void In_random_clusters_every_job_of_known_length_that_fits_ends_and_the_same_state_gives_the_same_forecast()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var cluster = new Cluster(8, 8);
            for (var job = 0; job < 2 + random.Next(12); job++)
            {
                var req = 1 + random.Next(4);
                var total = 1 + random.Next(30);
                cluster.Arrive($"j{job}", req, req + random.Next(5), replicas: 1 + random.Next(2), with: claim => claim with
                {
                    IsAfterCheckpoint = random.Next(2) == 0,
                    TotalEpochs = total,
                    CompletedEpochs = random.Next(total),
                    History = [JobPaceTests.Stretch(1, req * claim.Replicas, 1 + random.Next(100), random.Next(30))],
                });
                cluster.ConfirmAll();
                cluster.Now = cluster.Now.AddSeconds(random.Next(60));
            }

            var forecast = Play(cluster);

            Assert.False(forecast.IsCutShort, $"seed {seed}");
            Assert.All(forecast.Jobs.Values, job => Assert.True(job.EndsAt >= cluster.Now, $"seed {seed}: {job}"));
            Assert.All(
                forecast.Jobs.Values.Where(job => job.IsWaiting),
                job => Assert.True(job.StartsAt <= job.EndsAt, $"seed {seed}: {job}"));
            Assert.Equal(forecast.Jobs, Play(cluster).Jobs);
        }
    }

    private static void Run(
        Cluster cluster, string name, int req, int lim, double total, double done, double secondsPerEpoch,
        double restart = 0, Func<JobClaim, JobClaim>? with = null)
    {
        cluster.Arrive(name, req, lim, with: claim =>
        {
            var measured = claim with
            {
                TotalEpochs = total,
                CompletedEpochs = done,
                History = [JobPaceTests.Stretch(1, req, secondsPerEpoch, restart)],
            };
            return with is null ? measured : with(measured);
        });
        cluster.ConfirmAll();
    }

    private static ForecastResult Play(Cluster cluster) => ClusterForecast.Play(cluster.State, Policy, cluster.Now);
}
