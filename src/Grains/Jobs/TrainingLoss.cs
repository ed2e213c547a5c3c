namespace Sluice.Grains.Jobs;

/// <summary>Why training work was lost.</summary>
public enum LossCause
{
    None = 0,

    /// <summary>Stopped to be started again with other GPUs.</summary>
    Resized = 1,

    /// <summary>Stopped because its GPUs were taken back.</summary>
    Preempted = 2,

    /// <summary>It failed by itself, or somebody else ended it.</summary>
    Failed = 3,
}

/// <summary>A run whose last part is in no checkpoint yet.</summary>
/// <param name="Attempt">The start that runs.</param>
/// <param name="Since">Its start or its last notification, whichever is later.</param>
public sealed record UnsavedTraining(int Attempt, DateTimeOffset Since);

/// <summary>
/// Training work that has to be done again: the time from a run's last notification, or from its start, to its end. A
/// trainer that stops where the answer to its notification says <c>resize</c>, or notifies from its TERM handler,
/// loses next to nothing. Measured by Sluice's clocks, as a trainer's own may be off. Pure.
/// </summary>
/// <param name="Seconds">0 or more.</param>
/// <param name="Cause">Why it was stopped.</param>
/// <param name="At">When it was.</param>
public sealed record TrainingLoss(double Seconds, LossCause Cause, DateTimeOffset At)
{
    /// <summary>A run began.</summary>
    public static ManagedJob Begin(ManagedJob managed, int attempt, DateTimeOffset at) =>
        managed with { Unsaved = new(attempt, at) };

    /// <summary>What ran until now is in a checkpoint.</summary>
    public static ManagedJob Save(ManagedJob managed, DateTimeOffset now) =>
        managed.Unsaved is { } unsaved ? managed with { Unsaved = unsaved with { Since = now } } : managed;

    /// <summary>
    /// A run ended before the job was done. The end of a run that is not known, or was counted, adds nothing.
    /// </summary>
    public static ManagedJob End(ManagedJob managed, int attempt, LossCause cause, DateTimeOffset at)
    {
        if (managed.Unsaved is not { } unsaved || unsaved.Attempt != attempt)
        {
            return managed;
        }

        var seconds = Math.Max(0, (at - unsaved.Since).TotalSeconds);
        return managed with
        {
            Unsaved = null,
            LostSeconds = managed.LostSeconds + seconds,
            LastLoss = new(seconds, cause, at),
        };
    }
}
