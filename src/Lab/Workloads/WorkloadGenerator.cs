using System.Collections.Immutable;

namespace Sluice.Lab.Workloads;

/// <summary>
/// Makes workloads up, for who has no recorded ones; docs/lab.md has the distributions. The same seed makes the same.
/// </summary>
public static class WorkloadGenerator
{
    /// <summary>Shares of the sizes as they were published of a large cluster; GPU hours with one GPU.</summary>
    private static readonly ImmutableArray<(string Name, double Share, double Least, double Most)> Sizes =
    [
        ("small", 0.72, 0.05, 1),
        ("medium", 0.20, 1, 10),
        ("large", 0.06, 10, 100),
        ("huge", 0.02, 100, 200),
    ];

    public static Workload Make(string name, GeneratorOptions options, int seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Jobs, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Jobs, GeneratorOptions.MaxJobs);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Hours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Hours, GeneratorOptions.MaxHours);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxGpus, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.NodeGpus, 1);
        var random = new Random(seed);
        var times = Enumerable.Range(0, options.Jobs)
            .Select(_ => Math.Round(random.NextDouble() * options.Hours * 3600))
            .Order()
            .ToArray();
        return new(name, [.. times.Select((at, index) => Job(random, index, at, options))]);
    }

    private static WorkloadJob Job(Random random, int index, double at, GeneratorOptions options)
    {
        var (name, least, most) = Size(random.NextDouble());
        var epochs = random.Next(10, 101);
        var secondsOnOne = Between(random, least, most) * 3600 / epochs;
        var shape = new Shape(Between(random, 0.005, 0.1), Between(random, 0.01, 0.3));
        // A third of the small ones cannot be divided at all; large ones can be divided far.
        var isWhole = name == "small" && random.Next(3) == 0;
        var max = isWhole ? 1 : Math.Min(options.MaxGpus, least < 10 ? 1 << random.Next(3, 6) : 64);
        var curve = Curve(secondsOnOne, shape, max, options.NodeGpus);
        var rigid = Rigid(curve, max, 0.5 + 0.3 * random.NextDouble());
        return new()
        {
            Name = FormattableString.Invariant($"{name}-{index}"),
            SubmittedAt = at,
            Application = name,
            RigidGpus = rigid,
            MaxGpusFixed = max,
            MaxGpusAdaptive = isWhole ? 1 : options.MaxGpus,
            NarrowReq = (rigid + 1) / 2,
            NarrowLim = Math.Max(rigid, Math.Min(2 * rigid, max)),
            TotalEpochs = epochs,
            RestartSeconds = Math.Round(Between(random, 15, 250)),
            Fixed = curve,
            Adaptive = Curve(secondsOnOne, shape.Milder(), isWhole ? 1 : options.MaxGpus, options.NodeGpus),
        };
    }

    private static (string Name, double Least, double Most) Size(double drawn)
    {
        foreach (var (name, share, least, most) in Sizes)
        {
            drawn -= share;
            if (drawn < 0)
            {
                return (name, least, most);
            }
        }

        return (Sizes[0].Name, Sizes[0].Least, Sizes[0].Most);
    }

    private static SpeedCurve Curve(double secondsOnOne, Shape shape, int max, int nodeGpus) => new(
        Enumerable.Range(1, max)
            .Where(gpus => gpus <= 2 * nodeGpus || gpus % nodeGpus == 0)
            .ToDictionary(gpus => gpus, gpus => secondsOnOne * shape.At(gpus, (gpus + nodeGpus - 1) / nodeGpus)));

    /// <summary>The largest count that still has that share of a linear speed-up.</summary>
    private static int Rigid(SpeedCurve curve, int max, double share) => Enumerable.Range(1, max)
        .Last(gpus => curve.At(gpus) >= share * gpus * curve.At(1));

    /// <summary>Its logarithm is distributed evenly.</summary>
    private static double Between(Random random, double least, double most) =>
        least * Math.Pow(most / least, random.NextDouble());

    /// <param name="Serial">Share of an epoch that GPUs do not shorten.</param>
    /// <param name="Network">Share of an epoch that talking across nodes adds, with very many nodes.</param>
    private sealed record Shape(double Serial, double Network)
    {
        /// <summary>Larger batches talk less.</summary>
        public Shape Milder() => new(Serial / 2, Network / 2);

        /// <summary>Length of an epoch in units of that with one GPU.</summary>
        public double At(int gpus, int nodes) =>
            (1 - Serial) / gpus + Serial + Network * (nodes - 1) / nodes;
    }
}
