using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Workloads;

public sealed class SpeedCurveTests
{
    [Fact]
    public void A_missing_count_is_as_fast_as_the_next_smaller_one()
    {
        var curve = Curve((1, 10), (4, 4));

        Assert.Equal([0, 0.1, 0.1, 0.1, 0.25, 0.25], Enumerable.Range(0, 6).Select(curve.At));
    }

    [Fact]
    public void Only_counts_that_are_faster_than_all_below_are_useful()
    {
        // Slower from 5 on, where a job needs a second node.
        var curve = Curve((1, 10), (2, 6), (3, 6), (4, 4), (6, 5), (8, 3), (9, 3.5));

        Assert.Equal([1, 2, 4, 8], curve.UsefulLevels(1, 64).ToArray());
        Assert.Equal([2, 4], curve.UsefulLevels(2, 7).ToArray());
        Assert.Equal([5, 8], curve.UsefulLevels(5, 8).ToArray());
        Assert.Equal([20], curve.UsefulLevels(20, 64).ToArray());
    }

    [Fact]
    public void One_that_is_made_faster_than_a_curve_can_be_is_as_fast_as_it_can() =>
        Assert.Equal([1e6, 1e6], new[] { 1, 2 }.Select(Curve((1, 1e-5), (2, 1e-6)).Faster(1_000).At));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 0)]
    [InlineData(1, double.NaN)]
    [InlineData(1, double.PositiveInfinity)]
    public void A_curve_of_counts_or_seconds_that_cannot_be_is_refused(int gpus, double seconds) =>
        Assert.Throws<ArgumentException>(() => Curve((gpus, seconds)));
}
