using System.Collections.Concurrent;

namespace Sluice.Scheduling.Speed;

/// <summary>As another job is, the less certain the less was seen of that one.</summary>
/// <param name="example">The other job.</param>
/// <param name="usual">What was expected of that one.</param>
/// <param name="least">Share of the usual deviation that stays where the other one is well known.</param>
internal sealed class LikePrior(JobCurve example, CurvePrior usual, double least) : ICurvePrior
{
    // What was reckoned once; it changes nothing that can be seen.
    private readonly ConcurrentDictionary<int, (double Mean, double Share)> _known =
        new(concurrencyLevel: 1, capacity: 11);

    public double Mean(int gpus) => At(gpus).Mean;

    public double Covariance(int one, int other) => At(one).Share * At(other).Share * usual.Covariance(one, other);

    private (double Mean, double Share) At(int gpus) => _known.GetOrAdd(gpus, Reckon);

    private (double Mean, double Share) Reckon(int gpus)
    {
        var known = example.OwnDeviation(gpus) / Math.Sqrt(usual.Covariance(gpus, gpus));
        return (example.LogSeconds(gpus) - example.LogSeconds(1), Math.Min(1, least + known));
    }
}
