using Sluice.Lab.Model;

namespace Sluice.Lab.Metrics;

/// <summary>How well a run went; docs/lab.md says how each is reckoned. Times in seconds.</summary>
public sealed record LabMetrics
{
    /// <summary>Many jobs get just their fair share; rounding must not decide whether they count as worse off.</summary>
    internal const double SameRho = 1e-6;

    public required double AverageJct { get; init; }

    public required double P50Jct { get; init; }

    public required double P90Jct { get; init; }

    public required double P99Jct { get; init; }

    public required double MaxJct { get; init; }

    /// <summary>From the first submission to the last completion.</summary>
    public required double Makespan { get; init; }

    /// <summary>Share of the GPUs that was held, over the makespan.</summary>
    public required double Utilization { get; init; }

    /// <summary>Share of what was held that made progress which was kept.</summary>
    public required double UsefulShare { get; init; }

    public required double GpuHoursPerJob { get; init; }

    /// <summary>Starts after the first, a job.</summary>
    public required double RestartsPerJob { get; init; }

    /// <summary>Work that changes undid, of all jobs.</summary>
    public required double LostGpuHours { get; init; }

    /// <summary>Mean ratio of a job's completion time to that of a run alone with its fastest count.</summary>
    public required double MeanSlowdown { get; init; }

    /// <summary>Finish-time fairness: mean ratio to the time that the job would have needed with its fair share.</summary>
    public required double MeanRho { get; init; }

    public required double MaxRho { get; init; }

    /// <summary>Share of the jobs that would have been better off with their fair share.</summary>
    public required double UnfairShare { get; init; }

    public static LabMetrics Of(LabRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var jcts = run.Jobs.Select(job => job.Jct).Order().ToArray();
        var first = run.Jobs.Min(job => job.Job.SubmittedAt);
        var makespan = run.Jobs.Max(job => job.CompletedAt) - first;
        var held = run.Jobs.Sum(job => job.HeldGpuSeconds);
        var lost = run.Jobs.Sum(job => job.LostGpuSeconds);
        var rhos = new Fairness(run).Rhos();
        return new()
        {
            AverageJct = jcts.Average(),
            P50Jct = Quantile(jcts, 0.5),
            P90Jct = Quantile(jcts, 0.9),
            P99Jct = Quantile(jcts, 0.99),
            MaxJct = jcts[^1],
            Makespan = makespan,
            Utilization = held / (run.GpuCount * makespan),
            UsefulShare = (held - lost - run.Jobs.Sum(job => job.RestartGpuSeconds)) / held,
            GpuHoursPerJob = held / 3600 / jcts.Length,
            RestartsPerJob = run.Jobs.Average(job => job.Restarts),
            LostGpuHours = lost / 3600,
            MeanSlowdown = run.Jobs.Average(job => job.Jct / AloneSeconds(run.Scenario, job)),
            MeanRho = rhos.Average(),
            MaxRho = rhos.Max(),
            UnfairShare = rhos.Count(rho => rho > 1 + SameRho) / (double)rhos.Length,
        };
    }

    /// <summary>Each value is the mean of the runs' values.</summary>
    public static LabMetrics Mean(IReadOnlyCollection<LabMetrics> of) => new()
    {
        AverageJct = of.Average(one => one.AverageJct),
        P50Jct = of.Average(one => one.P50Jct),
        P90Jct = of.Average(one => one.P90Jct),
        P99Jct = of.Average(one => one.P99Jct),
        MaxJct = of.Average(one => one.MaxJct),
        Makespan = of.Average(one => one.Makespan),
        Utilization = of.Average(one => one.Utilization),
        UsefulShare = of.Average(one => one.UsefulShare),
        GpuHoursPerJob = of.Average(one => one.GpuHoursPerJob),
        RestartsPerJob = of.Average(one => one.RestartsPerJob),
        LostGpuHours = of.Average(one => one.LostGpuHours),
        MeanSlowdown = of.Average(one => one.MeanSlowdown),
        MeanRho = of.Average(one => one.MeanRho),
        MaxRho = of.Average(one => one.MaxRho),
        UnfairShare = of.Average(one => one.UnfairShare),
    };

    /// <summary>Linear interpolation between the two nearest of the ordered values.</summary>
    internal static double Quantile(double[] ordered, double share)
    {
        var place = share * (ordered.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, ordered.Length - 1);
        return ordered[below] + (place - below) * (ordered[above] - ordered[below]);
    }

    private static double AloneSeconds(Scenario scenario, JobOutcome outcome)
    {
        var (least, most) = scenario.RangeOf(outcome.Job);
        var curve = scenario.CurveOf(outcome.Job);
        return scenario.RestartSecondsOf(outcome.Job)
            + outcome.Job.TotalEpochs / curve.At(curve.UsefulLevels(least, most)[^1]);
    }
}
