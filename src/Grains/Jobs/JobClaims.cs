using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Jobs;

/// <summary>What a job's row tells the ledger. Pure.</summary>
public static class JobClaims
{
    /// <summary>
    /// The claim of the job itself, where it is managed, and of predecessors that are still being ended.
    /// </summary>
    public static IEnumerable<JobClaim> From(string jobKey, long added, JobState state)
    {
        foreach (var ending in state.Ending)
        {
            yield return new JobClaim
            {
                Uid = ending.Uid,
                JobKey = jobKey,
                JobName = Interfaces.GrainKeys.ParseJob(jobKey).JobName,
                Namespace = "",
                Replicas = 1,
                GpuReq = 0,
                GpuLim = 0,
                ArrivedAt = 0,
                Added = added,
                AppliedGeneration = ending.Generation,
                IsEnding = true,
            };
        }

        if (state is { Managed: { } managed, Record: { } record })
        {
            yield return From(jobKey, added, record, managed);
        }
    }

    private static JobClaim From(string jobKey, long added, JobRecord record, ManagedJob managed) => new()
    {
        Uid = managed.Uid,
        JobKey = jobKey,
        JobName = record.JobName,
        Namespace = managed.Namespace,
        Replicas = record.Replicas,
        GpuReq = record.GpuReq,
        GpuLim = record.GpuLim,
        Priority = managed.Priority,
        ArrivedAt = record.JobArrivalTime.Value,
        Added = added,
        IsAfterCheckpoint = managed.IsAfterCheckpoint,
        CheckpointDeadline = managed.CheckpointDeadline,
        MinRunTime = managed.MinRunTime,
        LastCheckpointAt = record.LastCheckpointTime.Value,
        Notifications = managed.Notifications,
        RunningSince = managed.RunningSince,
        AppliedGeneration = managed.Generation,
        ConfirmedGeneration = managed.ConfirmedGeneration,
        IsEnding = managed.End != JobEnd.None,
        IsEnded = managed.IsEndConfirmed,
    };
}
