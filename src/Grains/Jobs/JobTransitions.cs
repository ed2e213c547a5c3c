using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Jobs;

/// <summary>What a command makes of a job. Pure: the grain stores <paramref name="Next"/> and then answers.</summary>
/// <param name="Next">The state from then on.</param>
/// <param name="Answer">What the caller gets.</param>
/// <param name="IsChanged">False: nothing to store.</param>
public sealed record JobDecision(JobState Next, JobAnswer Answer, bool IsChanged);

/// <summary>The commands of the job metadata service on one job. Pure.</summary>
public static class JobTransitions
{
    /// <summary>Operations that are remembered a job; the oldest is dropped first.</summary>
    public const int MaxAnswered = 16;

    /// <summary>How long an operation is remembered.</summary>
    public static readonly TimeSpan AnswerLifetime = TimeSpan.FromHours(24);

    public static JobDecision Add(JobState state, string jobName, AddJob command, DateTimeOffset now)
    {
        var problem = JobRules.CheckName(jobName)
            ?? JobRules.CheckCounts(command.GpuReq, command.GpuLim, command.GpuAssigned, command.Replicas ?? 1);
        if (problem is not null)
        {
            return Refuse(state, JobOutcome.Invalid, problem);
        }

        if (state.Record is not null)
        {
            return command.OperationId is not null && state.AddedBy == command.OperationId
                ? Done(state)
                : Refuse(state, JobOutcome.AlreadyExists);
        }

        var arrival = command.JobArrivalTime ?? Number.Of(now.ToUnixTimeSeconds());
        return Store(state, state with
        {
            Record = new JobRecord
            {
                JobName = jobName,
                GpuReq = (int)command.GpuReq,
                GpuLim = (int)command.GpuLim,
                GpuAssigned = (int)command.GpuAssigned,
                Replicas = (int)(command.Replicas ?? 1),
                TotalEpochs = command.TotalEpochs ?? Number.Of(0),
                JobArrivalTime = arrival,
                LastCheckpointTime = arrival,
            },
            HasNotified = false,
            AddedBy = command.OperationId,
            Managed = null,
            Answered = [],
        });
    }

    /// <summary>
    /// A checkpoint notification. The very same one again, and after the first one with both an older time and fewer
    /// epochs, change nothing: those are late repeats.
    /// </summary>
    public static JobDecision UpdateCheckpoint(JobState state, UpdateCheckpoint command)
    {
        if (state.Record is not { } record)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        var isRepeat = state.HasNotified
            && command.LastCheckpointTime.Value == record.LastCheckpointTime.Value
            && command.CompletedEpochs.Value == record.CompletedEpochs.Value
            && (command.TotalEpochs is null || command.TotalEpochs.Value.Value == record.TotalEpochs.Value);
        var isLate = state.HasNotified
            && command.LastCheckpointTime.Value < record.LastCheckpointTime.Value
            && command.CompletedEpochs.Value < record.CompletedEpochs.Value;
        var next = record with
        {
            LastCheckpointTime = command.LastCheckpointTime,
            CompletedEpochs = command.CompletedEpochs,
            TimeBwCheckpoints = command.LastCheckpointTime - record.LastCheckpointTime,
            TotalEpochs = command.TotalEpochs ?? record.TotalEpochs,
        };
        if (JobRules.Check(next) is { } problem)
        {
            return Refuse(state, JobOutcome.Invalid, problem);
        }

        return isRepeat || isLate
            ? Done(state)
            : Store(state, state with
            {
                Record = next,
                HasNotified = true,
                Managed = state.Managed is { } managed
                    ? managed with { Notifications = managed.Notifications + 1, Failures = 0 }
                    : null,
            });
    }

    public static JobDecision UpdateStatus(JobState state, UpdateStatus command, DateTimeOffset now)
    {
        if (state.Record is not { } record)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        var next = state.Managed is null
            ? state with { Record = record with { Status = command.Status } }
            : ManagedTransitions.EndByStatus(state, command.Status, now);
        return Store(state, next);
    }

    public static JobDecision Update(JobState state, UpdateJob command, DateTimeOffset now)
    {
        if (state.Record is not { } record)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        var isManaged = state.Managed is not null;
        var req = command.GpuReq ?? record.GpuReq;
        var lim = command.GpuLim ?? record.GpuLim;
        // What a managed job holds is the ledger's to say, and so is how many replicas it has.
        var assigned = isManaged ? 0 : command.GpuAssigned ?? record.GpuAssigned;
        var replicas = isManaged ? record.Replicas : command.Replicas ?? record.Replicas;
        if (JobRules.CheckCounts(req, lim, assigned, replicas, command.Restarts ?? 0) is { } problem)
        {
            return Refuse(state, JobOutcome.Invalid, problem);
        }

        var next = record with
        {
            GpuReq = (int)req,
            GpuLim = (int)lim,
            GpuAssigned = isManaged ? record.GpuAssigned : (int)assigned,
            Replicas = (int)replicas,
            TotalEpochs = command.TotalEpochs ?? record.TotalEpochs,
            JobArrivalTime = command.JobArrivalTime ?? record.JobArrivalTime,
            LastCheckpointTime = command.LastCheckpointTime ?? record.LastCheckpointTime,
            CompletedEpochs = command.CompletedEpochs ?? record.CompletedEpochs,
            TimeBwCheckpoints = command.TimeBwCheckpoints ?? record.TimeBwCheckpoints,
            Status = isManaged ? record.Status : command.Status ?? record.Status,
            Restarts = (int)(command.Restarts ?? record.Restarts),
            Extra = Merge(record.Extra, command.Extra),
        };
        var updated = state with { Record = next };
        return Store(
            state, isManaged && command.Status is { } status ? ManagedTransitions.EndByStatus(updated, status, now) : updated);
    }

    public static JobDecision IncrementRestarts(JobState state, IncrementRestarts command, DateTimeOffset now)
    {
        if (state.Record is not { } record)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        var earlier = command.OperationId is null
            ? null
            : state.Answered.FirstOrDefault(answered =>
                answered.OperationId == command.OperationId && now - answered.At < AnswerLifetime);
        if (earlier is not null)
        {
            return earlier.RequestDigest == command.RequestDigest
                ? new(state, new() { Outcome = JobOutcome.Done, Job = earlier.Answer }, IsChanged: false)
                : Refuse(state, JobOutcome.OperationReused, "this operation id was used for another request");
        }

        if (record.Restarts == int.MaxValue)
        {
            return Refuse(state, JobOutcome.Invalid, $"restarts must be from 0 to {int.MaxValue}");
        }

        var next = record with { Restarts = record.Restarts + 1 };
        return Store(state, state with
        {
            Record = next,
            Answered = command.OperationId is { } operationId
                ? Remember(state.Answered, new(operationId, command.RequestDigest, now, next), now)
                : state.Answered,
        });
    }

    /// <summary>The name is free at once; what runs of a managed job goes on being ended, by its uid.</summary>
    public static JobDecision Delete(JobState state)
    {
        if (state.Record is null)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        var ending = state.Managed is { IsEndConfirmed: false } managed
            ? state.Ending.Add(new(managed.Uid, managed.Generation, managed.Attempt))
            : state.Ending;
        return new(
            JobState.Nothing with { Ending = ending, Unknown = state.Unknown },
            new() { Outcome = JobOutcome.Done },
            IsChanged: true);
    }

    internal static JobDecision Refuse(JobState state, JobOutcome outcome, string? problem = null) =>
        new(state, new() { Outcome = outcome, Problem = problem }, IsChanged: false);

    private static JobDecision Done(JobState state) =>
        new(state, new() { Outcome = JobOutcome.Done, Job = state.Record }, IsChanged: false);

    private static JobDecision Store(JobState state, JobState next)
    {
        if (JobRules.Check(next.Record!) is { } problem)
        {
            return Refuse(state, JobOutcome.Invalid, problem);
        }

        return JobRules.IsTooLarge(next.Record!)
            ? Refuse(state, JobOutcome.TooLarge, $"the record must be at most {JobRules.MaxRecordBytes} bytes")
            : new(next, new() { Outcome = JobOutcome.Done, Job = next.Record }, IsChanged: true);
    }

    private static ImmutableArray<ExtraField> Merge(ImmutableArray<ExtraField> stored, ImmutableArray<ExtraField> changed)
    {
        foreach (var field in changed)
        {
            var index = stored.ToList().FindIndex(other => other.Name == field.Name);
            stored = index < 0 ? stored.Add(field) : stored.SetItem(index, field);
        }

        return stored;
    }

    private static ImmutableArray<AnsweredOperation> Remember(
        ImmutableArray<AnsweredOperation> answered, AnsweredOperation latest, DateTimeOffset now) =>
        [.. answered.Where(earlier => now - earlier.At < AnswerLifetime).TakeLast(MaxAnswered - 1), latest];
}
