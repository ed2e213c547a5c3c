using System.Collections.Immutable;

namespace Sluice.Lab.Workloads;

/// <summary>How fast a job really trains with each count of GPUs; on as few nodes as hold them.</summary>
public sealed class SpeedCurve
{
    /// <summary>More rows than this are refused.</summary>
    public const int MaxGpus = 65_536;

    /// <summary>An epoch lasts at least that long; seconds.</summary>
    public const double LeastSeconds = 1e-6;

    private const double MostSeconds = 1e12;

    private readonly double[] _speeds;

    /// <param name="secondsPerEpoch">By count; a count that is missing is as fast as the next smaller one.</param>
    /// <exception cref="ArgumentException">There is none, or one is out of range.</exception>
    public SpeedCurve(IReadOnlyDictionary<int, double> secondsPerEpoch)
    {
        ArgumentNullException.ThrowIfNull(secondsPerEpoch);
        if (secondsPerEpoch.Count == 0 || secondsPerEpoch.Any(row =>
            row.Key is < 1 or > MaxGpus || row.Value is not (>= LeastSeconds and <= MostSeconds)))
        {
            throw new ArgumentException("a speed curve has counts from 1 on and positive seconds", nameof(secondsPerEpoch));
        }

        Rows = secondsPerEpoch.ToImmutableSortedDictionary();
        _speeds = new double[Rows.Keys.Max() + 1];
        for (var count = 1; count < _speeds.Length; count++)
        {
            _speeds[count] = Rows.TryGetValue(count, out var seconds) ? 1 / seconds : _speeds[count - 1];
        }
    }

    /// <summary>Seconds an epoch where they were measured.</summary>
    public ImmutableSortedDictionary<int, double> Rows { get; }

    /// <summary>Epochs a second.</summary>
    public double At(int gpuCount) => _speeds[Math.Min(gpuCount, _speeds.Length - 1)];

    /// <summary>Counts from <paramref name="least"/> to <paramref name="most"/> that are faster than all below.</summary>
    public ImmutableArray<int> UsefulLevels(int least, int most)
    {
        var levels = ImmutableArray.CreateBuilder<int>();
        var fastest = 0.0;
        for (var count = least; count <= Math.Min(most, Math.Max(least, _speeds.Length - 1)); count++)
        {
            if (At(count) > fastest)
            {
                fastest = At(count);
                levels.Add(count);
            }
        }

        return levels.ToImmutable();
    }

    /// <summary>The same shape, <paramref name="factor"/> times as fast, as far as a curve can tell it.</summary>
    public SpeedCurve Faster(double factor) =>
        new(Rows.ToDictionary(row => row.Key, row => Possible(row.Value / factor)));

    /// <summary>The nearest seconds that a curve may have.</summary>
    public static double Possible(double seconds) => Math.Clamp(seconds, LeastSeconds, MostSeconds);
}
