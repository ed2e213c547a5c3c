namespace Sluice.Scheduling.Targets;

/// <summary>A checkpoint notification, as the manager sees it.</summary>
/// <param name="At">When the checkpoint was complete; seconds.</param>
/// <param name="CompletedEpochs">Epochs that are in it.</param>
/// <param name="HeldGpus">GPUs that the job held in all.</param>
/// <param name="HeldSince">Since when it had held just that many, restart included; seconds.</param>
public readonly record struct Notification(double At, int CompletedEpochs, int HeldGpus, double HeldSince)
{
    /// <summary>Older ones of a job are forgotten.</summary>
    public const int MaxKept = 1024;

    /// <summary>
    /// Epochs with which it began to hold them, where that is known: others may have been trained since the last
    /// notification that was kept, or before the first one. Null: those of the notification before, or none.
    /// </summary>
    public int? EpochsBefore { get; init; }
}
