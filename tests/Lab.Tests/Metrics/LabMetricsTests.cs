using Sluice.Lab.Metrics;
using Sluice.Lab.Workloads;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Metrics;

/// <summary>Of two outcomes that are made up, all reckoned by hand.</summary>
public sealed class LabMetricsTests
{
    private static readonly SpeedCurve Speeds = Curve((1, 10), (2, 6), (3, 5), (4, 4));

    [Fact]
    public void Times_are_from_submission_to_completion_with_interpolated_quantiles()
    {
        var metrics = Of(gpuCount: 8);

        Assert.Equal((150, 150, 200), (metrics.AverageJct, metrics.P50Jct, metrics.MaxJct));
        Assert.Equal(190, metrics.P90Jct, 9);
        Assert.Equal(199, metrics.P99Jct, 9);
    }

    [Fact]
    public void The_makespan_is_from_the_first_submission_to_the_last_completion() =>
        Assert.Equal(250, Of(gpuCount: 8).Makespan);

    [Fact]
    public void What_was_held_is_split_into_useful_restarting_and_lost()
    {
        var metrics = Of(gpuCount: 8);

        Assert.Equal(700.0 / (8 * 250), metrics.Utilization, 12);
        Assert.Equal((700.0 - 120 - 60 - 20) / 700, metrics.UsefulShare, 12);
        Assert.Equal(700.0 / 3600 / 2, metrics.GpuHoursPerJob, 12);
        Assert.Equal(20.0 / 3600, metrics.LostGpuHours, 12);
        Assert.Equal(0.5, metrics.RestartsPerJob);
    }

    [Fact]
    public void Slowdown_is_against_a_run_alone_with_the_fastest_count() =>
        Assert.Equal((100.0 / (30 + 40) + 200.0 / (30 + 80)) / 2, Of(gpuCount: 8).MeanSlowdown, 12);

    [Fact]
    public void Fairness_is_against_an_equal_share_of_the_cluster_among_all_that_were_active()
    {
        // While a lived 1.5 jobs were active: 2 GPUs for each. While b lived 1.25: 2.4 GPUs, between two counts.
        var metrics = Of(gpuCount: 3);
        var a = 100.0 / (30 + 10 * 6);
        var b = 200.0 / (30 + 20 / (1 / 6.0 + 0.4 * (1 / 5.0 - 1 / 6.0)));

        Assert.Equal((a + b) / 2, metrics.MeanRho, 12);
        Assert.Equal(b, metrics.MaxRho, 12);
        Assert.Equal(1, metrics.UnfairShare);
    }

    [Fact]
    public void A_fair_share_is_within_the_range_of_the_job()
    {
        // 8 / 1.5 GPUs are more than 4; with 4 a would have taken 70 s and b 110 s.
        Assert.Equal(200.0 / 110, Of(gpuCount: 8).MaxRho, 12);
        Assert.Equal((100.0 / 70 + 200.0 / 110) / 2, Of(gpuCount: 8).MeanRho, 12);
    }

    [Fact]
    public void The_mean_over_runs_is_the_mean_of_each_value()
    {
        var (one, other) = (Of(gpuCount: 8), Of(gpuCount: 3));
        var mean = LabMetrics.Mean([one, other]);

        foreach (var value in typeof(LabMetrics).GetProperties().Where(value => value.PropertyType == typeof(double)))
        {
            var expected = ((double)value.GetValue(one)! + (double)value.GetValue(other)!) / 2;
            Assert.Equal(expected, (double)value.GetValue(mean)!, 12);
        }
    }

    private static LabMetrics Of(int gpuCount)
    {
        var a = Job("a", at: 0, epochs: 10, curve: Speeds);
        var b = Job("b", at: 50, epochs: 20, curve: Speeds);
        return LabMetrics.Of(new()
        {
            Workload = new("two", [a, b]),
            Scenario = Scenario("P0"),
            Policy = "none",
            GpuCount = gpuCount,
            Jobs = [new(a, 0, 100, 0, 400, 120, 0), new(b, 100, 250, 1, 300, 60, 20)],
            Decisions = [],
            Events = 0,
        });
    }
}
