using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Manifests;
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

    /// <summary>The claim that a job would make if it were deployed now under a name that is free.</summary>
    /// <returns>No claim, and why, where it would be refused.</returns>
    public static (JobClaim? Claim, string? Problem) OfNewcomer(
        string domain, Manifest manifest, JobOptions options, DateTimeOffset now, ManagedJobCount jobs)
    {
        var deployed = DeployTransitions.Deploy(
            JobState.Nothing, manifest.Name, manifest, new() { Manifest = "" }, uid: "newcomer", options, now, jobs);
        return deployed.Next is { Record: { } record, Managed: { } managed }
            ? (From(Interfaces.GrainKeys.Job(domain, manifest.Name), added: long.MaxValue, record, managed), null)
            : (null, deployed.Problem);
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
        IsSuspendable = managed.IsSuspendable,
        LastCheckpointAt = record.LastCheckpointTime.Value,
        Notifications = managed.Notifications,
        CompletedEpochs = record.CompletedEpochs.Value,
        TotalEpochs = record.TotalEpochs.Value,
        History = managed.History,
        RunningSince = managed.RunningSince,
        AppliedGeneration = managed.Generation,
        ConfirmedGeneration = managed.ConfirmedGeneration,
        IsEnding = managed.End != JobEnd.None,
        IsEnded = managed.IsEndConfirmed,
    };
}
