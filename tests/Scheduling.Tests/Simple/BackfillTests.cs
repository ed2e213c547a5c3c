using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Simple;
using Sluice.Scheduling.Targets;
using Sluice.Scheduling.Tests.Adaptive;

namespace Sluice.Scheduling.Tests.Simple;

/// <summary>One plan starts jobs before and behind the first in the queue that has no room.</summary>
public sealed class BackfillTests
{
    private const double RestartSeconds = 30;

    [Theory]
    [InlineData("fifo")]
    [InlineData("srtf")]
    public void A_long_job_does_not_pass_one_that_waits_only_for_a_job_that_is_started_now(string name)
    {
        var plan = Plan(name, 8, (Waiting("first", 4), 100), (Waiting("head", 8), 200), (Waiting("long", 4), 10_000));

        Assert.Equal("first", Assert.Single(plan.Targets).Uid);
    }

    [Fact]
    public void Fifo_lets_a_job_pass_that_is_done_by_then_and_says_when_that_is()
    {
        var plan = Plan("fifo", 8, (Waiting("first", 4), 100), (Waiting("head", 8), 200), (Waiting("short", 4), 90));

        Assert.Equal(["first", "short"], plan.Targets.Select(target => target.Uid));
        Assert.EndsWith(
            "before the first in the queue could start in 130 s", plan.Targets[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Fifo_reckons_with_the_ends_of_those_that_run_and_of_those_that_are_started_now()
    {
        (TargetJob, double) running = (Waiting("running", 4) with { HeldGpus = 4, HasStarted = true }, 150);
        (TargetJob, double)[] others = [(Waiting("first", 4), 100), (Waiting("head", 12), 200)];

        // The head needs both: it can start when the later one of them has ended.
        Assert.Equal(["first", "short"], Started((Waiting("short", 4), 115)));
        Assert.Equal(["first"], Started((Waiting("long", 4), 125)));

        IEnumerable<string> Started((TargetJob, double) behind) =>
            Plan("fifo", 12, [running, .. others, behind]).Targets.Select(target => target.Uid);
    }

    private static TargetPlan Plan(string name, int gpuCount, params (TargetJob Job, double Seconds)[] jobs)
    {
        var forecasts = new FixedForecasts([.. jobs.Select(one => new JobForecast
        {
            Levels = [one.Job.MinGpus],
            Speeds = [1],
            HeldSpeed = one.Job.HeldGpus == 0 ? 0 : 1,
            Work = one.Seconds,
            RestartSeconds = RestartSeconds,
        })]);
        ITargetPolicy policy = name == "fifo"
            ? new QueuePolicy(forecasts)
            : new SharePolicy(name, new SrtfShare(), forecasts);
        return policy.Plan(PolicyMemory.None, new(1_000, gpuCount, 8, [.. jobs.Select(one => one.Job)]), new());
    }

    private static TargetJob Waiting(string uid, int gpus) => new()
    {
        Uid = uid, ArrivedAt = 0, MinGpus = gpus, MaxGpus = gpus, MayBeSuspended = false,
    };
}
