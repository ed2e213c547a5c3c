namespace Sluice.Lab.Workloads;

/// <summary>What <see cref="WorkloadGenerator"/> makes.</summary>
public sealed record GeneratorOptions
{
    /// <summary>More are refused.</summary>
    public const int MaxJobs = 10_000;

    /// <summary>Longer is refused.</summary>
    public const int MaxHours = 10_000;

    /// <summary>1 to <see cref="MaxJobs"/>; default 160.</summary>
    public int Jobs { get; init; } = 160;

    /// <summary>In which they are submitted; 1 to <see cref="MaxHours"/>; default 8.</summary>
    public int Hours { get; init; } = 8;

    /// <summary>The most that a job can use; 1 or more; default 64.</summary>
    public int MaxGpus { get; init; } = 64;

    /// <summary>GPUs of a node: curves bend where a job needs another one; 1 or more; default 4.</summary>
    public int NodeGpus { get; init; } = 4;
}
