using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>
/// One job, by <see cref="GrainKeys.Job"/>. Every write is answered only after the store has committed it. Refusals
/// are values of <see cref="JobOutcome"/>; an exception means that the outcome is unknown, and the same command may be
/// sent again.
/// </summary>
[Alias("sluice.job")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Adds an external job: its metadata is kept here, somebody else runs it.</summary>
    [Alias("add")]
    Task<JobAnswer> AddAsync(AddJob command);

    /// <summary>The record, or null where there is no such job.</summary>
    [Alias("get"), ReadOnly]
    Task<JobRecord?> GetAsync();

    /// <summary>All that is known of the job beyond its record, or null where there is no such job.</summary>
    [Alias("describe"), ReadOnly]
    Task<JobDescription?> DescribeAsync();

    /// <summary>
    /// Why the job is where it is, or null where there is no such job. May take seconds, and holds nobody up.
    /// </summary>
    [Alias("explain"), AlwaysInterleave, ResponseTimeout("00:00:30")]
    Task<JobExplanation?> ExplainAsync();

    /// <summary>A checkpoint notification. A late or repeated one changes nothing.</summary>
    [Alias("checkpoint")]
    Task<JobAnswer> UpdateCheckpointAsync(UpdateCheckpoint command);

    /// <summary>Sets the status; <c>completed</c> ends a managed job.</summary>
    [Alias("set-status")]
    Task<JobAnswer> UpdateStatusAsync(UpdateStatus command);

    /// <summary>Replaces fields. On a managed job GPU counts are a wish to the ledger.</summary>
    [Alias("update")]
    Task<JobAnswer> UpdateAsync(UpdateJob command);

    /// <summary>Counts one restart. A repeat of an operation id gets the first answer.</summary>
    [Alias("increment-restarts")]
    Task<JobAnswer> IncrementRestartsAsync(IncrementRestarts command);

    /// <summary>Removes the job: the name is free at once; a managed job's processes or pods are ended.</summary>
    /// <param name="operationId">
    /// A repeat of the deletion that removed the last job of this name is answered as the first, and leaves a job that
    /// was added since alone. Null: every call counts.
    /// </param>
    [Alias("delete")]
    Task<JobAnswer> DeleteAsync(string? operationId = null);

    /// <summary>Reads the manifest, gets an allocation, records the job. The executor runs it.</summary>
    [Alias("deploy")]
    Task<DeployAnswer> DeployAsync(DeployJob command);

    /// <summary>Gives a managed job as many GPUs as its limit, the free GPUs and the nodes allow.</summary>
    [Alias("scale")]
    Task<ScaleAnswer> ScaleAsync();

    /// <summary>A decision of the capacity grain, by the courier; one that is not newer changes nothing.</summary>
    [Alias("apply-allocation")]
    Task ApplyAllocationAsync(Allocation allocation);

    /// <summary>What an executor observed; one that is older than what is known changes nothing.</summary>
    [Alias("report-run")]
    Task ReportRunAsync(RunReport report);
}
