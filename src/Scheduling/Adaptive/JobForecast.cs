namespace Sluice.Scheduling.Adaptive;

/// <summary>What is held for true of one job at this instant, be it known or estimated.</summary>
public sealed class JobForecast
{
    /// <summary>Counts of GPUs that help, ascending: each is faster than all below it. At least one.</summary>
    public required int[] Levels { get; init; }

    /// <summary>Epochs a second at each of the levels; ascending.</summary>
    public required double[] Speeds { get; init; }

    /// <summary>Epochs a second with what it holds now; 0: it holds nothing.</summary>
    public required double HeldSpeed { get; init; }

    /// <summary>Epochs left, from where it is now; more than 0.</summary>
    public required double Work { get; init; }

    /// <summary>Seconds without progress after a change.</summary>
    public required double RestartSeconds { get; init; }

    /// <summary>What is still to come of the restart that it is in; seconds.</summary>
    public double RestartLeftSeconds { get; init; }

    /// <summary>Seconds of work that a change now would undo.</summary>
    public double LossSeconds { get; init; }

    /// <summary>Until its next notification, as it runs now.</summary>
    public double SecondsToCheckpoint { get; init; }

    /// <summary>GPU-seconds to the end at the efficiency of its smallest level.</summary>
    public double Area => Work * Levels[0] / Speeds[0];

    /// <summary>Seconds to the end with one of its levels, restarts not counted.</summary>
    public double SecondsAt(int level) => Work / Speeds[level];
}
