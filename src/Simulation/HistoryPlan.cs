using Sluice.Simulation.Engine;

namespace Sluice.Simulation;

/// <summary>What makes a history: the same plan gives the same history, wherever it is played.</summary>
public sealed record HistoryPlan
{
    /// <summary>Decides everything.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Steps of the storms and of the rests between them, 1 or more; the last rest comes on top.</summary>
    public required long Steps { get; init; }

    /// <summary>
    /// Only these happenings, by their names in <see cref="HistoryResult.Happened"/>; null: all that the seed has.
    /// </summary>
    public IReadOnlySet<string>? Only { get; init; }
}

/// <summary>How a history went.</summary>
public sealed record HistoryResult
{
    public required HistoryPlan Plan { get; init; }

    /// <summary>All steps, the last rest included.</summary>
    public required long Steps { get; init; }

    /// <summary>That passed in it.</summary>
    public required TimeSpan VirtualTime { get; init; }

    /// <summary>Null: everything held.</summary>
    public required Violation? Violation { get; init; }

    /// <summary>
    /// What clients did and what went wrong, in order: all that a replay can leave out. Null: it was more than 100,000.
    /// </summary>
    public required IReadOnlyList<string>? Happened { get; init; }

    /// <summary>True: a piece of its work did not end. The thread that does it cannot be stopped.</summary>
    public bool IsStuck { get; init; }

    /// <summary>How often what happened.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }
}
