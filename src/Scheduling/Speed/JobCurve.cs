using System.Collections.Concurrent;

namespace Sluice.Scheduling.Speed;

/// <summary>Seconds of an epoch of one job: a weighted mean of estimates, each by what the job may be like.</summary>
/// <param name="parts">Estimates and their weights, which add up to 1.</param>
public sealed class JobCurve((double Weight, SpeedEstimate Estimate)[] parts)
{
    // What was reckoned once; it changes nothing that can be seen.
    private readonly ConcurrentDictionary<int, double> _known = new(concurrencyLevel: 1, capacity: 11);

    /// <summary>Expected natural logarithm of the seconds of an epoch.</summary>
    public double LogSeconds(int gpus) => _known.GetOrAdd(gpus, Reckon);

    public double SecondsPerEpoch(int gpus) => Math.Exp(LogSeconds(gpus));

    /// <summary>Standard deviation of the logarithm: what estimates leave open, and how far they are apart.</summary>
    public double Deviation(int gpus)
    {
        var mean = LogSeconds(gpus);
        return Math.Sqrt(parts.Sum(part =>
        {
            var apart = part.Estimate.LogSeconds(gpus) - mean;
            var own = part.Estimate.Deviation(gpus);
            return part.Weight * (own * own + apart * apart);
        }));
    }

    /// <summary>What the estimates leave open on the mean.</summary>
    public double OwnDeviation(int gpus) => parts.Sum(part => part.Weight * part.Estimate.Deviation(gpus));

    private double Reckon(int gpus) => parts.Sum(part => part.Weight * part.Estimate.LogSeconds(gpus));
}
