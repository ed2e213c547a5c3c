using Sluice.Bench.Servers;

namespace Sluice.Bench;

/// <summary>What a run measures, and how long.</summary>
internal sealed record BenchSettings
{
    /// <summary>Numbers of jobs, ascending, each at least 1,000.</summary>
    public required IReadOnlyList<long> JobCounts { get; init; }

    /// <summary>How long one measurement takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Measurements of each work, each beside one of what it is compared with.</summary>
    public required int Rounds { get; init; }

    /// <summary>How often a server is killed and restarted.</summary>
    public required int Restarts { get; init; }

    /// <summary>What is measured.</summary>
    public required ServerPlan Server { get; init; }

    /// <summary>Where the writes go to.</summary>
    public required DataPlace Data { get; init; }

    /// <summary>Only the work whose name has this in it; null: all.</summary>
    public string? Only { get; init; }
}
