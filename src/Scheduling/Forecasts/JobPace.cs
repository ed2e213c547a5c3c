using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Forecasts;

/// <summary>
/// How fast a job trains, by its own checkpoints. Between two counts that were measured the speed is interpolated in
/// logarithms; beyond them it goes on with the slope of the nearest two, kept from 0 to 1. Pure.
/// </summary>
public sealed class JobPace
{
    /// <summary>
    /// Speed-up for each doubling of GPUs, as an exponent, where only one count was measured: 2 GPUs are 1.74 times as
    /// fast as one.
    /// </summary>
    public const double DefaultExponent = 0.8;

    private readonly SortedDictionary<int, double> _secondsPerEpoch;

    private JobPace(SortedDictionary<int, double> secondsPerEpoch, double? restartSeconds) =>
        (_secondsPerEpoch, RestartSeconds) = (secondsPerEpoch, restartSeconds);

    /// <summary>Median seconds from a start to its first epoch; null where none was measured.</summary>
    public double? RestartSeconds { get; }

    /// <summary>Measured seconds an epoch by GPUs in all, 0 for a job that uses none; at least one.</summary>
    public IReadOnlyDictionary<int, double> Measured => _secondsPerEpoch;

    /// <summary>What the job's history tells; null where no count was held over two notifications.</summary>
    public static JobPace? Of(ImmutableArray<TrainingStretch> history)
    {
        var measured = new SortedDictionary<int, double>();
        foreach (var stretch in history.Where(stretch => stretch.SecondsPerEpoch is not null))
        {
            // The newest holds: training slows down or speeds up as it goes on.
            measured[stretch.GpuCount] = stretch.SecondsPerEpoch!.Value;
        }

        return measured.Count == 0
            ? null
            : new(measured, Medians.Of(history.Select(stretch => stretch.RestartSeconds).OfType<double>()));
    }

    /// <summary>Seconds an epoch takes with so many GPUs in all, 0 or more.</summary>
    public double SecondsPerEpoch(int gpuCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gpuCount);
        if (_secondsPerEpoch.TryGetValue(gpuCount, out var seconds))
        {
            return seconds;
        }

        var counts = _secondsPerEpoch.Keys.Where(count => count > 0).ToList();
        if (gpuCount == 0 || counts.Count == 0)
        {
            // Nothing can be said of what one more GPU brings.
            return _secondsPerEpoch.Values.First();
        }

        var above = counts.FindIndex(count => count > gpuCount);
        var isInside = above > 0;
        if (!isInside && counts.Count == 1)
        {
            return Scale(counts[0], gpuCount, DefaultExponent);
        }

        var (few, many) = isInside ? (counts[above - 1], counts[above])
            : above == 0 ? (counts[0], counts[1])
            : (counts[^2], counts[^1]);
        var slope = Math.Log(_secondsPerEpoch[few] / _secondsPerEpoch[many]) / Math.Log((double)many / few);
        return Scale(above == 0 || isInside ? few : many, gpuCount, isInside ? slope : Math.Clamp(slope, 0, 1));
    }

    private double Scale(int measured, int gpuCount, double exponent) =>
        _secondsPerEpoch[measured] * Math.Pow((double)measured / gpuCount, exponent);
}
