using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Tests.Forecasts;

public sealed class JobPaceTests
{
    [Fact]
    public void Nothing_is_known_before_a_second_notification() =>
        Assert.Null(JobPace.Of([new(1, 4, new(Cluster.Start, 0)) { First = new(Cluster.Start.AddSeconds(9), 1) }]));

    [Fact]
    public void A_measured_count_has_its_own_pace_and_the_newest_one_holds()
    {
        var pace = JobPace.Of([Stretch(1, 4, secondsPerEpoch: 12), Stretch(2, 8, 7), Stretch(3, 4, 10)])!;

        Assert.Equal(10, pace.SecondsPerEpoch(4));
        Assert.Equal(7, pace.SecondsPerEpoch(8));
        Assert.Equal([4, 8], pace.Measured.Keys);
    }

    [Fact]
    public void One_measured_count_scales_by_the_default()
    {
        var pace = JobPace.Of([Stretch(1, 4, secondsPerEpoch: 10)])!;

        Assert.Equal(10 * Math.Pow(0.5, 0.8), pace.SecondsPerEpoch(8), 9);
        Assert.Equal(10 * Math.Pow(4, 0.8), pace.SecondsPerEpoch(1), 9);
    }

    [Fact]
    public void Two_measured_counts_show_how_it_scales_and_never_as_better_than_linear()
    {
        var half = JobPace.Of([Stretch(1, 1, secondsPerEpoch: 16), Stretch(2, 4, 8)])!;
        Assert.Equal(8 * Math.Sqrt(0.25), half.SecondsPerEpoch(16), 9);
        Assert.InRange(half.SecondsPerEpoch(2), 8, 16);

        var tooGood = JobPace.Of([Stretch(1, 1, secondsPerEpoch: 16), Stretch(2, 2, 1)])!;
        Assert.Equal(0.5, tooGood.SecondsPerEpoch(4), 9);

        var worse = JobPace.Of([Stretch(1, 1, secondsPerEpoch: 5), Stretch(2, 2, 9)])!;
        Assert.Equal(9, worse.SecondsPerEpoch(4), 9);
    }

    [Fact]
    public void A_count_between_two_measured_ones_lies_between_them_however_many_lie_nearer_on_one_side()
    {
        var pace = JobPace.Of([Stretch(1, 1, 100), Stretch(2, 2, 50), Stretch(3, 32, 45)])!;

        var paces = Enumerable.Range(2, 31).Select(pace.SecondsPerEpoch).ToList();

        Assert.Equal(paces.OrderDescending(), paces);
        Assert.All(paces, seconds => Assert.InRange(seconds, 45, 50));
    }

    [Fact]
    public void A_job_without_GPUs_has_a_pace_too()
    {
        var pace = JobPace.Of([Stretch(1, 0, 12)])!;

        Assert.Equal(12, pace.SecondsPerEpoch(0));
    }

    [Fact]
    public void The_cost_of_a_restart_is_the_median_of_those_seen()
    {
        var pace = JobPace.Of(
            [Stretch(1, 1, 10, restart: 3), Stretch(2, 2, 10, restart: 50), Stretch(3, 4, 10, restart: 5)])!;

        Assert.Equal(5, pace.RestartSeconds);
    }

    internal static TrainingStretch Stretch(int attempt, int gpuCount, double secondsPerEpoch, double restart = 0)
    {
        var started = Cluster.Start.AddHours(attempt);
        var history = TrainingHistory.Begin([], attempt, gpuCount, new(started, 0));
        history = TrainingHistory.Save(history, attempt, new(started.AddSeconds(restart + secondsPerEpoch), 1));
        history = TrainingHistory.Save(history, attempt, new(started.AddSeconds(restart + 3 * secondsPerEpoch), 3));
        return history.Single();
    }
}
