using Sluice.Bench.Load;

namespace Sluice.Bench.Runs;

/// <summary>Rounds of a work, and of what it is compared with, each measured right beside the other.</summary>
internal sealed record Compared(IReadOnlyList<LoadResult> Works, IReadOnlyList<LoadResult> Others)
{
    /// <summary>The median of the rounds' ratios: drift of the machine is in both sides of each.</summary>
    public double MedianRatio => Median.Of(Works.Zip(Others, (work, other) => work.PerSecond / other.PerSecond));
}
