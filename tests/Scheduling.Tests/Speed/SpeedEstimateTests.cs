using Sluice.Scheduling.Speed;

namespace Sluice.Scheduling.Tests.Speed;

public sealed class SpeedEstimateTests
{
    private static readonly CurvePrior Prior = new(nodeGpus: 4);

    [Fact]
    public void What_was_seen_is_what_is_estimated_there()
    {
        var estimate = Estimate((1, 100), (4, 30));
        Assert.InRange(Math.Exp(estimate.LogSeconds(1)), 97, 103);
        Assert.InRange(Math.Exp(estimate.LogSeconds(4)), 29, 31);
    }

    [Fact]
    public void It_is_surer_where_it_has_seen_and_near_that()
    {
        var estimate = Estimate((4, 30));
        Assert.True(estimate.Deviation(4) < estimate.Deviation(8));
        Assert.True(estimate.Deviation(8) < estimate.Deviation(32));
        Assert.True(estimate.Deviation(32) < Estimate().Deviation(32));
    }

    [Fact]
    public void A_count_that_leaves_a_node_half_empty_is_expected_to_be_worse_than_the_trend()
    {
        var estimate = Estimate((4, 30));
        var trend = (estimate.LogSeconds(4) + estimate.LogSeconds(8)) / 2;
        Assert.True(estimate.LogSeconds(6) > trend);
    }

    [Fact]
    public void A_job_that_gains_nothing_from_a_second_node_is_not_expected_to_gain_much_from_four()
    {
        var flat = Estimate((4, 30), (8, 30));
        var usual = Estimate((4, 30));
        Assert.True(flat.LogSeconds(16) > usual.LogSeconds(16) + 0.2);
    }

    [Fact]
    public void What_is_like_what_was_expected_is_likelier()
    {
        var asExpected = Estimate((1, 1), (4, Math.Exp(Prior.Mean(4))));
        var otherwise = Estimate((1, 1), (4, 2));
        Assert.True(asExpected.LogLikelihood > otherwise.LogLikelihood);
    }

    private static SpeedEstimate Estimate(params (int Gpus, double Seconds)[] seen) => new(
        Prior, 0, 1.5, Array.ConvertAll(seen, one => new CountSeen(one.Gpus, Math.Log(one.Seconds), 0.03)));
}
