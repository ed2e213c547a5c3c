using System.ComponentModel.DataAnnotations;

namespace Sluice.Grains.Jobs;

/// <summary>Settings of jobs.</summary>
public sealed class JobOptions
{
    /// <summary>
    /// True: jobs whose manifest says nothing are resized only right after a checkpoint. Default false.
    /// </summary>
    public bool IsAfterCheckpointByDefault { get; set; }

    /// <summary>How long an after-checkpoint change waits for a notification. 1 s to 30 days; default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan CheckpointDeadline { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a job runs before it is resized again. 0 to 30 days; default 0.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan MinRunTime { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// Wait before the first start after a failure; doubles with each failure in a row. 0 to 1 h; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait. 1 s to 1 day; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongestBackoff { get; set; } = TimeSpan.FromMinutes(5);
}
