using Sluice.Bench.Servers;

namespace Sluice.Bench.Queues;

/// <summary>What a run of <c>bench queue</c> measures, and how long.</summary>
internal sealed record QueueSettings
{
    /// <summary>Numbers of workers of one list, ascending.</summary>
    public required IReadOnlyList<int> Workers { get; init; }

    /// <summary>How long one measurement takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Measurements of each work, each beside one of the echo.</summary>
    public required int Rounds { get; init; }

    /// <summary>What is measured.</summary>
    public required ServerPlan Server { get; init; }

    /// <summary>Where the writes go to.</summary>
    public required DataPlace Data { get; init; }
}
