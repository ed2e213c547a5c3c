using System.ComponentModel.DataAnnotations;
using Sluice.Scheduling.Placement;

namespace Sluice.Grains.Capacity;

/// <summary>Settings of capacity domains.</summary>
public sealed class CapacityOptions
{
    /// <summary>
    /// Commands that may wait for the ledger at a time; more callers wait. 1 to 1,000,000; default 100,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedCommands { get; set; } = 100_000;

    /// <summary>
    /// Jobs that Sluice runs and that wait or run, in a domain; one more is refused when it is deployed. Deployments
    /// that come at the same moment may pass it by their number. What was deployed before the limit was lowered stays.
    /// 1 to 1,000,000; default 10,000: a decision looks at all of them, and takes milliseconds then.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxManagedJobs { get; set; } = 10_000;

    /// <summary>Commands that are folded into one commit. 1 to 100,000; default 4,096.</summary>
    [Range(1, 100_000)]
    public int MaxBatch { get; set; } = 4_096;

    /// <summary>Decisions that the courier reads at a time. 1 to 10,000; default 256.</summary>
    [Range(1, 10_000)]
    public int MaxDeliveriesPerPage { get; set; } = 256;

    /// <summary>
    /// Who decides which job has which GPUs: <c>recent-checkpoint</c> (default), <c>adaptive</c>, <c>fifo</c>,
    /// <c>equal-share</c> or <c>srtf</c>.
    /// </summary>
    [PolicyName]
    public string Policy { get; set; } = PolicyCatalog.Default;

    /// <summary>The same for single domains, by their names; default: none.</summary>
    [PolicyName]
    public IDictionary<string, string> Policies { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// A job that has waited for that long goes before all others, whatever the policy; only <c>recent-checkpoint</c>
    /// goes by <see cref="MaxOvertakes"/> instead. 1 min to 30 days; default 12 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// How many jobs behind it may be admitted while a job waits. Then what is free is kept for it: no job behind it is
    /// admitted, and none that runs is scaled up. Under <c>recent-checkpoint</c>. 0 to 10,000; default 16.
    /// </summary>
    [Range(0, 10_000)]
    public int MaxOvertakes { get; set; } = 16;

    /// <summary>
    /// How often a domain looks for changes and times that nobody told it of. 0.1 to 60 s; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan TickInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an answer of a forecast is computed at most; jobs that it did not come to have no estimate.
    /// 0.1 to 10 s; default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan ForecastTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Forecasts that may wait for the one that is played; more get no estimate. 0 to 1,000; default 4.
    /// </summary>
    [Range(0, 1_000)]
    public int MaxQueuedForecasts { get; set; } = 4;
}
