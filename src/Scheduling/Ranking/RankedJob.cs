namespace Sluice.Scheduling.Ranking;

/// <summary>An active job as the ranked lists see it.</summary>
public sealed record RankedJob
{
    /// <summary>Unique; by it a later version replaces an earlier one.</summary>
    public required string Key { get; init; }

    /// <summary>Place in the order of addition: ties keep it.</summary>
    public required long Added { get; init; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public required double ArrivedAt { get; init; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public required double LastCheckpointAt { get; init; }

    /// <summary><c>gpu_lim - gpu_assigned</c>: GPUs a replica that it could use beside those it has.</summary>
    public required int Difference { get; init; }

    /// <summary><c>gpu_assigned - gpu_req</c>: GPUs a replica that it could give.</summary>
    public required int Surplus { get; init; }

    /// <summary>The record as clients see it; UTF-8. Never changed.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }
}
