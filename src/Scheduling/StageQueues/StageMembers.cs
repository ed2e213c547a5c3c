using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>The jobs of one stage.</summary>
/// <param name="Waiting">Ids of those that wait.</param>
/// <param name="HandedOut">Ids of those in workers' hands.</param>
/// <param name="FlaggedCount">How many of both are over their time.</param>
public sealed record StageMembers(ImmutableSortedSet<long> Waiting, ImmutableSortedSet<long> HandedOut, int FlaggedCount)
{
    public static readonly StageMembers None = new([], [], 0);

    public int Count => Waiting.Count + HandedOut.Count;
}

/// <summary>A job's place among those that will be over their time.</summary>
public readonly record struct DueJob(DateTimeOffset At, long Id) : IComparable<DueJob>
{
    public int CompareTo(DueJob other) =>
        At.UtcTicks.CompareTo(other.At.UtcTicks) is var order and not 0 ? order : Id.CompareTo(other.Id);

    public static bool operator <(DueJob left, DueJob right) => left.CompareTo(right) < 0;

    public static bool operator >(DueJob left, DueJob right) => left.CompareTo(right) > 0;

    public static bool operator <=(DueJob left, DueJob right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DueJob left, DueJob right) => left.CompareTo(right) >= 0;
}
