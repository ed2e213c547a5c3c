namespace Sluice.Grains.Interfaces.Events;

/// <summary>
/// What an event tells, in a word. Readers meet words that they do not know: later versions have more.
/// </summary>
public static class EventKind
{
    /// <summary>A manifest was recorded as a new job.</summary>
    public const string Deployed = "deployed";

    /// <summary>It waits, for a new reason.</summary>
    public const string Waiting = "waiting";

    /// <summary>It got GPUs.</summary>
    public const string Admitted = "admitted";

    /// <summary>Its GPUs were changed.</summary>
    public const string Resized = "resized";

    /// <summary>Its GPUs are to be changed at its next checkpoint.</summary>
    public const string Deferred = "deferred";

    /// <summary>What was to come at its next checkpoint does not.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All its GPUs were taken back.</summary>
    public const string Preempted = "preempted";

    /// <summary>Somebody asked for another number of GPUs.</summary>
    public const string Asked = "asked";

    /// <summary>An attempt runs.</summary>
    public const string Running = "running";

    /// <summary>An attempt was ended on Sluice's own demand.</summary>
    public const string Stopped = "stopped";

    /// <summary>An attempt failed, and another one follows.</summary>
    public const string Restarting = "restarting";

    /// <summary>The job is done.</summary>
    public const string Completed = "completed";

    /// <summary>The job failed for good.</summary>
    public const string Failed = "failed";

    /// <summary>The job was deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>Of a job that was deleted, or ended by request, nothing runs any more.</summary>
    public const string Ended = "ended";

    /// <summary>A node came.</summary>
    public const string NodeAdded = "node-added";

    /// <summary>A node is gone.</summary>
    public const string NodeLost = "node-lost";

    /// <summary>A node has more or fewer GPUs.</summary>
    public const string NodeChanged = "node-changed";

    /// <summary>A namespace got a quota, or another one.</summary>
    public const string QuotaSet = "quota-set";

    /// <summary>A namespace has no quota any more.</summary>
    public const string QuotaLifted = "quota-lifted";
}
