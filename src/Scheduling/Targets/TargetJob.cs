using System.Collections.Immutable;

namespace Sluice.Scheduling.Targets;

/// <summary>
/// What a policy may know of one job that waits or runs. Times are seconds since the same origin as the snapshot's.
/// </summary>
public sealed record TargetJob
{
    /// <summary>Opaque, and never used again; tells nothing of what is trained.</summary>
    public required string Uid { get; init; }

    /// <summary>When it was submitted.</summary>
    public required double ArrivedAt { get; init; }

    /// <summary>GPUs in all, the least with which it runs; 1 or more.</summary>
    public required int MinGpus { get; init; }

    /// <summary>GPUs in all, the most that it can use.</summary>
    public required int MaxGpus { get; init; }

    /// <summary>It can only have multiples of this: the replicas of a gang, which all have the same; 1: any.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Higher is more urgent.</summary>
    public int Priority { get; init; }

    /// <summary>True: it may be set to 0 after it has started, and goes on later from its last checkpoint.</summary>
    public bool MayBeSuspended { get; init; } = true;

    /// <summary>
    /// True: it must keep its least for now, though it may be suspended: it had waited for too long before this start,
    /// and has saved nothing since.
    /// </summary>
    public bool MustRunOn { get; init; }

    /// <summary>
    /// True: it waits, and no node has room for it, however many GPUs are free in all: it cannot be given any, and
    /// keeps its place in the queue. Only for policies that keep an order.
    /// </summary>
    public bool HasNoRoom { get; init; }

    /// <summary>
    /// True: a change takes it back to its last checkpoint. False: its trainer saves when it is asked to stop.
    /// </summary>
    public bool LosesUnsavedWork { get; init; } = true;

    /// <summary>It is not to be changed before, by the minimum run time of its owner; 0: at any time.</summary>
    public double ChangeableFrom { get; init; }

    /// <summary>Epochs of the whole training, 1 or more; null: nobody said.</summary>
    public int? TotalEpochs { get; init; }

    /// <summary>GPUs that it holds now, in all; 0: it waits or is suspended.</summary>
    public int HeldGpus { get; init; }

    /// <summary>Since when it has held just that many; its arrival where it has not been given any.</summary>
    public double HeldSince { get; init; }

    /// <summary>True: it held GPUs at some time.</summary>
    public bool HasStarted { get; init; }

    /// <summary>How often a job behind it in the queue was started while it waited.</summary>
    public int PassedBy { get; init; }

    /// <summary>GPU-seconds held until <see cref="HeldSince"/>.</summary>
    public double AttainedBefore { get; init; }

    /// <summary>What its notifications told, oldest first. At most <see cref="Notification.MaxKept"/>.</summary>
    public ImmutableArray<Notification> Notifications { get; init; } = [];

    /// <summary>
    /// GPUs and seconds of the start that ended without a notification and worked longest; null where it has notified, and
    /// where there was none.
    /// </summary>
    public (int Gpus, double Seconds)? LongestSilence { get; init; }

    /// <summary>Epochs that are safe in a checkpoint.</summary>
    public int CompletedEpochs => Notifications.IsEmpty ? 0 : Notifications[^1].CompletedEpochs;

    /// <summary>GPU-seconds held so far.</summary>
    public double AttainedAt(double now) => AttainedBefore + HeldGpus * (now - HeldSince);
}
