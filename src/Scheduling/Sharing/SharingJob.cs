using System.Collections.Immutable;

namespace Sluice.Scheduling.Sharing;

/// <summary>A job as a rule of sharing sees it: what it could do with how many GPUs, be that known or estimated.</summary>
public sealed class SharingJob
{
    /// <summary>Counts of GPUs that help, ascending: each is faster than all below it. At least one.</summary>
    public required ImmutableArray<int> Levels { get; init; }

    /// <summary>Epochs a second at each of the levels; ascending.</summary>
    public required ImmutableArray<double> Speeds { get; init; }

    /// <summary>Epochs a second at any count, level or not; null: as at the largest level up to it.</summary>
    public Func<int, double>? SpeedWith { get; init; }

    /// <summary>Epochs left.</summary>
    public required double Work { get; init; }

    /// <summary>GPU-seconds that it has had so far.</summary>
    public double Attained { get; init; }

    /// <summary>True: it must keep its smallest level at least.</summary>
    public bool IsPinned { get; init; }

    /// <summary>
    /// True: it cannot start now, however many GPUs there are; rules that keep an order reckon with it.
    /// </summary>
    public bool HasNoRoom { get; init; }

    /// <summary>Seconds that it would still need with one of its levels.</summary>
    public double SecondsAt(int level) => Work / Speeds[level];

    /// <summary>Seconds that it would still need with its smallest level.</summary>
    public double SecondsAtLeast => SecondsAt(0);

    /// <summary>Seconds that it would still need with its largest level.</summary>
    public double SecondsAtMost => SecondsAt(Levels.Length - 1);
}
