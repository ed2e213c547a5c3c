using System.Globalization;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Manifests;

namespace Sluice.Grains.Jobs;

/// <summary>What a deployment makes of a job. Pure.</summary>
public static class DeployTransitions
{
    /// <summary>
    /// A new name is recorded; the same manifest again changes nothing; any other is a conflict. A repeat of the very
    /// operation that made the job is answered as the first. Where there are as many jobs as there may be, nothing is
    /// recorded; null for <paramref name="jobs"/>: that is not known.
    /// </summary>
    public static DeployDecision Deploy(
        JobState state, string jobName, Manifest manifest, DeployJob command, string uid, JobOptions options,
        DateTimeOffset now, ManagedJobCount? jobs = null)
    {
        if (manifest.Name != jobName)
        {
            return new(state, DeployOutcome.Invalid, $"metadata.name must be {jobName}");
        }

        return state switch
        {
            { Record: null } when jobs?.Active >= jobs?.Max => new(
                state, DeployOutcome.Full,
                string.Create(
                    CultureInfo.InvariantCulture, $"{jobs.Active:N0} jobs wait or run, and {jobs.Max:N0} may; ")
                    + "delete one, or wait until one ends"),
            { Record: null } =>
                new(Record(state, manifest, command, uid, options, now), DeployOutcome.Created, IsChanged: true),
            _ when command.OperationId is not null && state.AddedBy == command.OperationId =>
                new(state, DeployOutcome.Created),
            { Managed: null } =>
                Conflict($"{jobName} is the name of a job that Sluice does not run; delete it first"),
            { Managed.End: not JobEnd.None } =>
                Conflict($"{jobName} has {state.Record.Status}; delete it first"),
            _ when state.Managed.ManifestText != command.Manifest =>
                Conflict($"{jobName} is deployed with another manifest; delete it first"),
            _ => new(state, DeployOutcome.Unchanged),
        };

        DeployDecision Conflict(string problem) => new(state, DeployOutcome.Conflict, problem);
    }

    /// <summary>A job that waits for its first allocation.</summary>
    private static JobState Record(
        JobState state, Manifest manifest, DeployJob command, string uid, JobOptions options, DateTimeOffset now)
    {
        var arrival = Number.Of(now.ToUnixTimeSeconds());
        return state with
        {
            Record = new JobRecord
            {
                JobName = manifest.Name,
                GpuReq = manifest.GpuReq,
                GpuLim = manifest.GpuLim,
                GpuAssigned = 0,
                Replicas = manifest.Replicas,
                JobArrivalTime = arrival,
                LastCheckpointTime = arrival,
            },
            HasNotified = false,
            AddedBy = command.OperationId,
            Answered = [],
            Managed = new ManagedJob
            {
                Uid = uid,
                ManifestText = command.Manifest,
                Kind = manifest.Kind,
                Namespace = manifest.Namespace,
                Priority = manifest.Priority,
                IsAfterCheckpoint = manifest.ScaleMode is { } mode
                    ? mode == ScaleMode.AfterCheckpoint
                    : options.IsAfterCheckpointByDefault,
                CheckpointDeadline = manifest.CheckpointDeadline ?? options.CheckpointDeadline,
                MinRunTime = manifest.MinRunTime ?? options.MinRunTime,
                IsSuspendable = manifest.IsSuspendable,
                RestartRule = manifest.RestartRule,
                BackoffLimit = manifest.BackoffLimit,
            },
        };
    }
}
