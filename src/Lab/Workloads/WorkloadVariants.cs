namespace Sluice.Lab.Workloads;

/// <summary>
/// The same jobs, perturbed: epochs of another length, faster and slower, and bent at other counts. What a policy
/// gains there is not tuned to the recorded workloads. The same seed perturbs the same way.
/// </summary>
public static class WorkloadVariants
{
    /// <summary>More are refused.</summary>
    public const int MaxVariants = 1000;

    private const int RecordedNodeGpus = 4;

    /// <summary>Multiples of what dips move to.</summary>
    private static readonly int[] Borders = [2, 3, 4, 6, 8];

    public static Workload Vary(Workload workload, int seed)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var random = new Random(seed);
        return new(
            FormattableString.Invariant($"{workload.Name}~{seed}"), [.. workload.Jobs.Select(job => Vary(job, random))]);
    }

    private static WorkloadJob Vary(WorkloadJob job, Random random)
    {
        // As many more epochs as they are shorter: only the distance of the checkpoints changes.
        var epochs = (int)Math.Clamp(Math.Round(job.TotalEpochs * Factor(random)), 1, WorkloadJob.MaxEpochs);
        var faster = (double)epochs / job.TotalEpochs * Factor(random);
        var border = Borders[random.Next(Borders.Length)];
        return job with
        {
            TotalEpochs = epochs,
            Fixed = Bend(job.Fixed, border).Faster(faster),
            Adaptive = Bend(job.Adaptive, border).Faster(faster),
        };
    }

    /// <summary>From a half to two.</summary>
    private static double Factor(Random random) => Math.Pow(2, 2 * random.NextDouble() - 1);

    /// <summary>What lay at multiples of 4 GPUs lies at multiples of the border; one GPU is as fast as before.</summary>
    private static SpeedCurve Bend(SpeedCurve curve, int border)
    {
        var stretch = (double)RecordedNodeGpus / border;
        var scale = curve.At(1) / At(curve, stretch);
        return border == RecordedNodeGpus
            ? curve
            : new(Enumerable.Range(1, curve.Rows.Keys.Max())
                .ToDictionary(gpus => gpus, gpus => SpeedCurve.Possible(1 / (scale * At(curve, gpus * stretch)))));
    }

    private static double At(SpeedCurve curve, double gpus)
    {
        if (gpus <= 1)
        {
            return curve.At(1) * gpus;
        }

        var below = (int)gpus;
        return curve.At(below) + (gpus - below) * (curve.At(below + 1) - curve.At(below));
    }
}
