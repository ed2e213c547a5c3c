using System.Collections.Immutable;
using Sluice.Lab.Workloads;

namespace Sluice.Lab.Model;

/// <summary>The rules of a game: which speeds, what a change costs, what may be changed.</summary>
public sealed record Scenario
{
    /// <summary>Seconds without progress after each change where restarts are uniform.</summary>
    public const double UniformRestartSeconds = 30;

    public required string Name { get; init; }

    /// <summary>In one line.</summary>
    public required string Description { get; init; }

    /// <summary>True: the trainer adapts its batch to the GPUs. False: its owner's batch.</summary>
    public bool IsAdaptive { get; init; }

    /// <summary>True: a change takes a running job back to its last checkpoint.</summary>
    public bool IsLossy { get; init; }

    /// <summary>True: a restart takes what it took when measured. False: 30 s.</summary>
    public bool HasMeasuredRestarts { get; init; }

    /// <summary>True: the range that owners ask for. False: 1 to all that the job can use.</summary>
    public bool IsNarrow { get; init; }

    /// <summary>True: a started job may be set to 0.</summary>
    public bool AllowsSuspension { get; init; } = true;

    public static ImmutableArray<Scenario> All { get; } =
    [
        new() { Name = "P0", Description = "fixed batch, nothing lost at a change, restarts of 30 s" },
        new()
        {
            Name = "P1", Description = "adaptive batch, nothing lost at a change, restarts of 30 s", IsAdaptive = true,
        },
        new() { Name = "P2", Description = "fixed batch, back to the checkpoint, restarts of 30 s", IsLossy = true },
        new()
        {
            Name = "P3",
            Description = "fixed batch, back to the checkpoint, measured restarts",
            IsLossy = true,
            HasMeasuredRestarts = true,
        },
        new()
        {
            Name = "P5",
            Description = "as P3, within the owner's range; a started job keeps its least",
            IsLossy = true,
            HasMeasuredRestarts = true,
            IsNarrow = true,
            AllowsSuspension = false,
        },
        new()
        {
            Name = "P5s",
            Description = "as P5, but any running job may be suspended",
            IsLossy = true,
            HasMeasuredRestarts = true,
            IsNarrow = true,
        },
    ];

    public SpeedCurve CurveOf(WorkloadJob job) => IsAdaptive ? job.Adaptive : job.Fixed;

    public double RestartSecondsOf(WorkloadJob job) =>
        HasMeasuredRestarts ? job.RestartSeconds : UniformRestartSeconds;

    /// <summary>GPUs in all with which the job may run.</summary>
    public (int Least, int Most) RangeOf(WorkloadJob job) => this switch
    {
        { IsNarrow: true } => (job.NarrowReq, job.NarrowLim),
        { IsAdaptive: true } => (job.Replicas, job.MaxGpusAdaptive),
        _ => (job.Replicas, job.MaxGpusFixed),
    };
}
