using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Lab.Baselines;

/// <summary>
/// Speeds of one job as far as whole epochs have shown them, and a guess in between: the reference's simple model.
/// </summary>
/// <param name="secondsPerEpoch">By the count at which whole epochs were seen.</param>
internal sealed class LearnedSpeeds(ImmutableSortedDictionary<int, double> secondsPerEpoch)
{
    /// <summary>How speed grows with GPUs as long as one count was seen only.</summary>
    private const double UsualExponent = 0.8;

    private readonly Dictionary<int, double> _speeds = [];

    public static readonly LearnedSpeeds Nothing = new(ImmutableSortedDictionary<int, double>.Empty);

    public ImmutableSortedDictionary<int, double> SecondsPerEpoch => secondsPerEpoch;

    public bool IsNothing => SecondsPerEpoch.IsEmpty;

    public LearnedSpeeds Learn(int gpuCount, double secondsPerEpoch) =>
        new(SecondsPerEpoch.SetItem(gpuCount, secondsPerEpoch));

    /// <summary>Epochs a second. Something must have been seen.</summary>
    public double At(int gpuCount)
    {
        ref var speed = ref CollectionsMarshal.GetValueRefOrAddDefault(_speeds, gpuCount, out var isKnown);
        if (!isKnown)
        {
            speed = Reckon(gpuCount);
        }

        return speed;
    }

    private double Reckon(int gpuCount)
    {
        if (SecondsPerEpoch.TryGetValue(gpuCount, out var seen))
        {
            return 1 / seen;
        }

        var from = SecondsPerEpoch.Keys.MinBy(count => Math.Abs(Math.Log((double)count / gpuCount)));
        return Math.Pow((double)gpuCount / from, Exponent(gpuCount)) / SecondsPerEpoch[from];
    }

    private double Exponent(int gpuCount)
    {
        if (SecondsPerEpoch.Count == 1)
        {
            return UsualExponent;
        }

        // The two that enclose it, or the two nearest on its one side.
        var counts = SecondsPerEpoch.Keys.ToArray();
        var above = Array.FindIndex(counts, count => count > gpuCount);
        var high = above < 0 ? counts.Length - 1 : Math.Max(1, above);
        var slope = Math.Log(SecondsPerEpoch[counts[high - 1]] / SecondsPerEpoch[counts[high]])
            / Math.Log((double)counts[high] / counts[high - 1]);
        var isBetween = counts[high - 1] < gpuCount && gpuCount < counts[high];
        return isBetween ? slope : Math.Clamp(slope, 0, 1);
    }
}
