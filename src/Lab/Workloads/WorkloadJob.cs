namespace Sluice.Lab.Workloads;

/// <summary>A job of a workload: when it comes, what it asks for, and how fast it really is.</summary>
public sealed record WorkloadJob
{
    /// <summary>More are refused.</summary>
    public const int MaxEpochs = 1_000_000;

    /// <summary>For people; policies see an opaque uid instead.</summary>
    public required string Name { get; init; }

    /// <summary>Seconds after the start of the workload.</summary>
    public required double SubmittedAt { get; init; }

    /// <summary>What it trains; for people.</summary>
    public required string Application { get; init; }

    /// <summary>It can only have multiples of this: the replicas of a gang, each on one node; 1: any count.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>GPUs that its owner would ask for where nobody changes them.</summary>
    public required int RigidGpus { get; init; }

    /// <summary>The most that it can use at a fixed batch.</summary>
    public required int MaxGpusFixed { get; init; }

    /// <summary>The most that it can use where the trainer adapts its batch.</summary>
    public required int MaxGpusAdaptive { get; init; }

    /// <summary>The least that its owner asks for in the product's scenarios.</summary>
    public required int NarrowReq { get; init; }

    /// <summary>The most that its owner asks for in the product's scenarios.</summary>
    public required int NarrowLim { get; init; }

    /// <summary>An epoch is what lies between two checkpoints.</summary>
    public required int TotalEpochs { get; init; }

    /// <summary>Without progress after each change, as measured; seconds.</summary>
    public required double RestartSeconds { get; init; }

    /// <summary>At its owner's batch.</summary>
    public required SpeedCurve Fixed { get; init; }

    /// <summary>Where the trainer picks the best batch for the GPUs that it has.</summary>
    public required SpeedCurve Adaptive { get; init; }
}
