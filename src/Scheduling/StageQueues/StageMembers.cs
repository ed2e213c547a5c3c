using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>The jobs of one stage.</summary>
/// <param name="Waiting">Ids of those that wait.</param>
/// <param name="HandedOut">Ids of those in workers' hands.</param>
/// <param name="FlaggedCount">How many of both are over their time.</param>
public sealed record StageMembers(
    ImmutableSortedSet<long> Waiting, ImmutableSortedSet<long> HandedOut, int FlaggedCount)
{
    public static readonly StageMembers None = new([], [], 0);

    public int Count => Waiting.Count + HandedOut.Count;
}
