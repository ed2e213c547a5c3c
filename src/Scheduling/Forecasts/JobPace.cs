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

    /// <summary>Measured seconds an epoch by GPUs in all; at least one.</summary>
    public IReadOnlyDictionary<int, double> Measured => _secondsPerEpoch;

    /// <summary>What the job's history tells; null where no count was held over two notifications.</summary>
    public static JobPace? Of(ImmutableArray<TrainingStretch> history)
    {
        var measured = new SortedDictionary<int, double>();
        foreach (var stretch in history.Where(stretch => stretch is { GpuCount: > 0, SecondsPerEpoch: not null }))
        {
            // The newest holds: training slows down or speeds up as it goes on.
            measured[stretch.GpuCount] = stretch.SecondsPerEpoch!.Value;
        }

        return measured.Count == 0
            ? null
            : new(measured, Medians.Of(history.Select(stretch => stretch.RestartSeconds).OfType<double>()));
    }

    /// <summary>Seconds an epoch takes with so many GPUs in all, 1 or more.</summary>
    public double SecondsPerEpoch(int gpuCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(gpuCount);
        if (_secondsPerEpoch.TryGetValue(gpuCount, out var seconds))
        {
            return seconds;
        }

        var nearest = _secondsPerEpoch.OrderBy(pair => Math.Abs(Math.Log((double)pair.Key / gpuCount))).Take(2).ToList();
        var exponent = nearest.Count < 2
            ? DefaultExponent
            : Math.Clamp(
                Math.Log(nearest[0].Value / nearest[1].Value) / Math.Log((double)nearest[1].Key / nearest[0].Key), 0, 1);
        return nearest[0].Value * Math.Pow((double)nearest[0].Key / gpuCount, exponent);
    }
}
