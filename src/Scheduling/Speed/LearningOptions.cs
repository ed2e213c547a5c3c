namespace Sluice.Scheduling.Speed;

/// <summary>How what one job shows is carried over to others.</summary>
public sealed record LearningOptions
{
    /// <summary>A restart before any was measured. Seconds, 0 to 3,600; default 30.</summary>
    public double UsualRestartSeconds { get; init; } = 30;

    /// <summary>
    /// Measurements of a job's own restart that the usual one weighs as much as. 0.01 to 10; default 0.5.
    /// </summary>
    public double UsualRestartWeight { get; init; } = 0.5;

    /// <summary>
    /// A job of which nothing is known takes that long on one GPU. Seconds, 1 to 10,000,000; default 1,800.
    /// </summary>
    public double UsualSeconds { get; init; } = 1800;

    /// <summary>
    /// Share of the jobs like it that a job which has shown nothing is taken to be longer than. 0 to 1; default 0.5.
    /// </summary>
    public double Quantile { get; init; } = 0.5;

    /// <summary>
    /// The same of a job that cannot be suspended once it has started: a mistake stays. 0 to 1; default 0.7.
    /// </summary>
    public double FirmQuantile { get; init; } = 0.7;

    /// <summary>
    /// Jobs are alike where the logarithms of their epochs differ by no more than that. 0.01 to 10; default 0.2.
    /// </summary>
    public double EpochsScale { get; init; } = 0.2;

    /// <summary>The same of the ends of their ranges of GPUs. 0.01 to 10; default 0.5.</summary>
    public double RangeScale { get; init; } = 0.5;

    /// <summary>Weight of a job that is not alike at all. 0.0001 to 1; default 0.02.</summary>
    public double StrangerWeight { get; init; } = 0.02;

    /// <summary>
    /// Standard deviation of the logarithm of the time of an epoch between jobs that are alike. 0.05 to 5; default 0.5.
    /// </summary>
    public double SizeDeviation { get; init; } = 0.5;

    /// <summary>
    /// Share of the usual deviation that stays where the job that it is like is well known. 0 to 1; default 0.2.
    /// </summary>
    public double ShapeShare { get; init; } = 0.2;

    /// <summary>Earlier jobs that are remembered; the oldest is forgotten. 1 to 10,000; default 200.</summary>
    public int MaxRemembered { get; init; } = 200;

    /// <summary>The latest jobs that one is compared with. 1 to 1,000; default 60.</summary>
    public int MaxCompared { get; init; } = 60;
}
