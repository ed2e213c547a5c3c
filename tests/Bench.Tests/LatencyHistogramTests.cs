using Sluice.Bench.Load;

namespace Sluice.Bench.Tests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    [InlineData(1)]
    public void A_percentile_is_that_of_the_sorted_values_but_for_the_width_of_a_bucket(double share)
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 20)).Order().ToArray();
        var one = new LatencyHistogram();
        var other = new LatencyHistogram();
        foreach (var value in values) (value % 2 == 0 ? one : other).Record(value);

        one.Add(other);

        var exact = values[(int)Math.Ceiling(values.Length * share) - 1] / 1e6;
        Assert.Equal(values.Length, one.Count);
        Assert.InRange(one.Percentile(share).TotalMilliseconds, exact * 0.999, (exact * 1.02) + 0.0002);
    }

    [Fact]
    public void Nothing_recorded_has_no_percentile()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(5);
        histogram.Clear();

        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.5));
    }
}
