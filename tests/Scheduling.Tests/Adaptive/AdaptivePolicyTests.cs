using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Adaptive;

public sealed class AdaptivePolicyTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(6, false)]
    public void No_plan_exceeds_the_cluster_splits_a_gang_or_takes_what_a_job_keeps_and_all_jobs_end(
        int seed, bool maySuspend)
    {
        var world = new PolicyWorld(seed, gpuCount: 16, maySuspend, new());
        world.Play(60);
        Assert.Equal(60, world.Completed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Where_jobs_may_be_suspended_each_starts_within_the_longest_wait_and_a_minimum_run_time(int seed)
    {
        var world = new PolicyWorld(seed, gpuCount: 16, maySuspend: true, new() { MaxWaitSeconds = 300 });
        world.Play(60);
        Assert.All(world.Waits, wait => Assert.InRange(wait, 0, 300 + 2 * LongestMinimumRun));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Where_none_may_be_suspended_no_other_starts_before_one_that_waited_too_long(int seed)
    {
        // The world looks at each plan for a job that starts before one that waited for too long.
        var world = new PolicyWorld(seed, gpuCount: 16, maySuspend: false, new() { MaxWaitSeconds = 300 });
        world.Play(60);
        Assert.True(world.PlansWithLate > 0, "nobody waited long enough to show it");
    }

    [Fact]
    public void The_same_history_gives_the_same_decisions()
    {
        var one = new PolicyWorld(9, 16, maySuspend: true, new());
        var other = new PolicyWorld(9, 16, maySuspend: true, new());
        one.Play(40);
        other.Play(40);
        Assert.Equal(one.History, other.History);
        Assert.NotEmpty(one.History);
    }

    [Fact]
    public void A_higher_class_is_served_first()
    {
        var plan = Plan(4, Waiting("low", 4, 4), Waiting("high", 4, 4) with { Priority = 5 });
        Assert.Equal("high", Assert.Single(plan.Targets).Uid);
    }

    [Fact]
    public void Of_two_jobs_that_wait_the_shorter_one_starts()
    {
        var forecasts = new FixedForecasts(Forecast(work: 100), Forecast(work: 5));
        var known = new AdaptivePolicy(forecasts, new()).Plan(
            PolicyMemory.None, new(0, 4, 4, [Waiting("long", 4, 4), Waiting("short", 4, 4)]), new());
        Assert.Equal("short", Assert.Single(known.Targets).Uid);
    }

    [Fact]
    public void A_running_job_waits_for_its_checkpoint_with_a_change_that_would_undo_much()
    {
        var running = Waiting("a", 1, 8) with { HeldGpus = 4, HasStarted = true };
        Assert.Empty(Grow(running, lossSeconds: 500, secondsToCheckpoint: 10));
        Assert.Equal(8, Assert.Single(Grow(running, lossSeconds: 0, secondsToCheckpoint: 500)).GpuCount);
    }

    [Fact]
    public void A_job_that_is_nearly_done_is_not_restarted_to_be_faster()
    {
        var running = Waiting("a", 1, 8) with { HeldGpus = 4, HasStarted = true };
        Assert.Empty(Grow(running, lossSeconds: 0, secondsToCheckpoint: 10, work: 0.5));
    }

    private const double LongestMinimumRun = 60;

    private static IEnumerable<JobTarget> Grow(
        TargetJob running, double lossSeconds, double secondsToCheckpoint, double work = 100)
    {
        var forecast = new JobForecast
        {
            Levels = [4, 8],
            Speeds = [0.01, 0.02],
            HeldSpeed = 0.01,
            Work = work,
            RestartSeconds = 30,
            LossSeconds = lossSeconds,
            SecondsToCheckpoint = secondsToCheckpoint,
        };
        return new AdaptivePolicy(new FixedForecasts(forecast), new())
            .Plan(PolicyMemory.None, new(1000, 8, 4, [running]), new()).Targets;
    }

    private static TargetPlan Plan(int gpuCount, params TargetJob[] jobs) =>
        new AdaptivePolicy().Plan(PolicyMemory.None, new(0, gpuCount, 4, [.. jobs]), new());

    private static JobForecast Forecast(double work) => new()
    {
        Levels = [4],
        Speeds = [0.01],
        HeldSpeed = 0,
        Work = work,
        RestartSeconds = 30,
    };

    private static TargetJob Waiting(string uid, int least, int most) => new()
    {
        Uid = uid,
        ArrivedAt = 0,
        MinGpus = least,
        MaxGpus = most,
        TotalEpochs = 10,
    };
}
