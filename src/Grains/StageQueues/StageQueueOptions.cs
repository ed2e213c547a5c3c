using System.ComponentModel.DataAnnotations;

namespace Sluice.Grains.StageQueues;

/// <summary>Settings of stage queues.</summary>
public sealed class StageQueueOptions
{
    /// <summary>Jobs of one list. 1 to 10,000,000; default 1,000,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxJobs { get; set; } = 1_000_000;

    /// <summary>
    /// Bytes of all commands of one list, as JSON in UTF-8; it is in memory as long as the list is used. 1 to 4 GiB;
    /// default 256 MiB.
    /// </summary>
    [Range(1L, 4L << 30)]
    public long MaxCommandBytes { get; set; } = 256 << 20;

    /// <summary>
    /// Commands that may wait for one list at a time; more callers wait. 1 to 1,000,000; default 10,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedCommands { get; set; } = 10_000;

    /// <summary>Commands that are folded into one commit. 1 to 100,000; default 4,096.</summary>
    [Range(1, 100_000)]
    public int MaxBatch { get; set; } = 4_096;

    /// <summary>
    /// Jobs over their time that are flagged or taken back by themselves in one commit; the rest follows in the next. 1
    /// to 1,000,000; default 4,096. A check, a redo, and changed lifetimes or settings are answered for all jobs that
    /// they concern at once, and so are one commit, of up to <see cref="MaxJobs"/> jobs.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxSwept { get; set; } = 4_096;
}
