using System.ComponentModel.DataAnnotations;
using Sluice.Grains.Interfaces;

namespace Sluice.Executors;

/// <summary>Settings of the loop that makes what runs match what is desired.</summary>
public sealed class ExecutorLoopOptions
{
    private const int MaxBackOffDoublings = 6;

    /// <summary>The capacity domain whose jobs it runs; 1–253 characters. Default <c>default</c>.</summary>
    [Required, StringLength(253, MinimumLength = 1)]
    public string Domain { get; set; } = GrainKeys.DefaultDomain;

    /// <summary>Starts and reports under way at once, one a uid; the others wait. 1 to 10,000; default 64.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentOperations { get; set; } = 64;

    /// <summary>Stops under way at once, one a uid; the others wait. 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrentStops { get; set; } = 1_000;

    /// <summary>The least time from one look to the next, however much happens. 0 s to 10 s; default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan MinPassInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The most time from one look to the next, though nothing is heard. 100 ms to 1 min; default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxPassInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a uid, or the report of the nodes, rests after a failure; doubled with each further one, up to 64
    /// times. 0 s to 1 min; default 250 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How often what was reported, of runs and of nodes, is said again though nothing has changed: a grain that was
    /// active twice for a moment may have taken it in the activation that was lost. 0 s to 1 h; default 60 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often the nodes are looked at; reported where they have changed. 1 s to 1 h; default 60 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan NodeInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The rest after the n-th failure in a row, from 1.</summary>
    internal TimeSpan BackOff(int failures) => RetryInterval * (1 << Math.Min(failures - 1, MaxBackOffDoublings));
}
