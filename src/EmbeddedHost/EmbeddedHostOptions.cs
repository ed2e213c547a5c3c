using System.ComponentModel.DataAnnotations;

namespace Sluice.EmbeddedHost;

/// <summary>Limits and times of the embedded host.</summary>
public sealed class EmbeddedHostOptions
{
    /// <summary>An activation that had no call for so long ends. 1 s to 1 day; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often idle activations are looked for. 100 ms to 1 hour; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan CollectionInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Activations held at once; beyond it the longest idle end early. Busy ones and those that are kept alive never
    /// do, so there may be more for a while. 1 to 100,000,000; default 200,000.
    /// </summary>
    [Range(1, 100_000_000)]
    public int MaxActivations { get; set; } = 200_000;

    /// <summary>
    /// Calls that wait or run at one activation; a further one fails with <see cref="GrainOverloadedException"/>.
    /// 1 to 10,000,000; default 50,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxQueuedCalls { get; set; } = 50_000;

    /// <summary>
    /// How long the end of an activation may take, its running calls included; then it is abandoned, and the next call
    /// makes a new one. 100 ms to 10 min; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping host waits for running calls. 0 to 10 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
