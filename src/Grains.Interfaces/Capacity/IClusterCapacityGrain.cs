using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Interfaces.Capacity;

/// <summary>
/// Owns a capacity domain, by <see cref="GrainKeys.Capacity"/>: its nodes, who holds which GPUs, who waits; and in
/// memory the ranking of its active jobs. It follows the committed job rows and never calls a job. All calls
/// interleave: those that change the ledger join one bounded list, which one loop folds and commits as a batch.
/// </summary>
[Alias("sluice.capacity")]
public interface IClusterCapacityGrain : IWakeableGrain
{
    /// <summary>
    /// Catches up with all job rows committed so far, decides what follows, and answers once that is durable. Safe to
    /// repeat.
    /// </summary>
    /// <param name="uid">The job whose allocation is answered; null: none.</param>
    /// <returns>Its allocation; null where the domain knows no managed job of that uid.</returns>
    [Alias("settle"), AlwaysInterleave]
    Task<Allocation?> SettleAsync(string? uid);

    /// <summary>
    /// Resizes one job as far as ledger and range allow; after-checkpoint jobs at their next checkpoint.
    /// </summary>
    [Alias("resize"), AlwaysInterleave]
    Task<ScaleAnswer> ResizeAsync(ResizeJob command);

    /// <summary>Scales up the best candidate of the ranking that can use free GPUs.</summary>
    /// <param name="operationId">
    /// A repeat gets the first answer and scales no other job, as long as fewer than 64 others were answered since.
    /// Null: every call counts.
    /// </param>
    [Alias("scale-best"), AlwaysInterleave]
    Task<ScaleAnswer> ScaleBestAsync(string? operationId = null);

    /// <summary>
    /// Decisions that their jobs have not confirmed, in the order of their generations, for the courier.
    /// </summary>
    /// <param name="after">Only those of later generations; 0: all.</param>
    /// <param name="max">The most that are answered; 1 or more.</param>
    [Alias("read-undelivered"), AlwaysInterleave]
    Task<ImmutableArray<UndeliveredAllocation>> ReadUndeliveredAsync(long after, int max);

    /// <summary>
    /// What an executor found at its start, or when nodes came or went. Replaces what it said before.
    /// </summary>
    [Alias("report-nodes"), AlwaysInterleave]
    Task ReportNodesAsync(NodeReport report);

    /// <summary>A ranked list of active jobs that has every write answered before the call.</summary>
    [Alias("rank"), AlwaysInterleave]
    Task<RankedJobs> RankAsync(RankQuery query);

    /// <summary>All jobs in the order of their addition, a page at a time.</summary>
    /// <param name="after">The <see cref="JobPage.Next"/> of the page before; 0 for the first.</param>
    /// <param name="max">1 to 10,000 records.</param>
    [Alias("read-jobs"), AlwaysInterleave]
    Task<JobPage> ReadJobsAsync(long after, int max);

    /// <summary>
    /// What happened in the domain, the newest or those after a number; of the newest that the store keeps.
    /// </summary>
    [Alias("read-events"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<EventPage> ReadEventsAsync(EventQuery query);

    /// <summary>
    /// How many managed jobs there are, as the ledger knows it, and how many there may be. Deployments that are under
    /// way are not counted.
    /// </summary>
    [Alias("count-jobs"), AlwaysInterleave]
    Task<ManagedJobCount> CountJobsAsync();

    /// <summary>
    /// Why a job has what it has, and what is likely to become of it: the policy played forward from now on.
    /// </summary>
    /// <param name="uid">The job's uid.</param>
    /// <returns>Null where the domain knows no managed job of that uid that has not ended.</returns>
    [Alias("explain"), AlwaysInterleave, ResponseTimeout("00:00:30")]
    Task<AllocationOutlook?> ExplainAsync(string uid);

    /// <summary>What would happen to a job and to the others if it came now. Changes nothing.</summary>
    [Alias("what-if"), AlwaysInterleave, ResponseTimeout("00:00:30")]
    Task<WhatIfAnswer> WhatIfAsync(WhatIf question);

    /// <summary>Nodes, their free GPUs, and who holds or waits.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<CapacityView> GetAsync();
}
