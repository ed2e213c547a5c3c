using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Jobs;

/// <summary>What a command makes of a job. Pure: the grain stores <paramref name="Next"/> and then answers.</summary>
/// <param name="Next">The state from then on.</param>
/// <param name="Answer">What the caller gets.</param>
/// <param name="IsChanged">False: nothing to store.</param>
public sealed record JobDecision(JobState Next, JobAnswer Answer, bool IsChanged);

/// <summary>The commands of the job metadata service on one job. Pure.</summary>
public static class JobTransitions
{
    /// <summary>Deleted predecessors of a name whose end is not confirmed; one more is refused.</summary>
    public const int MaxEnding = 64;

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

    /// <summary>True: this very notification is the last that was taken.</summary>
    public static bool IsRepeated(JobState state, UpdateCheckpoint command) =>
        state is { HasNotified: true, Record: { } record }
        && command.LastCheckpointTime.Value == record.LastCheckpointTime.Value
        && command.CompletedEpochs.Value == record.CompletedEpochs.Value
        && (command.TotalEpochs is null || command.TotalEpochs.Value.Value == record.TotalEpochs.Value);

    /// <summary>
    /// A checkpoint notification. The very same one again, and after the first one with both an older time and fewer
    /// epochs, change nothing: those are late repeats. One without a run uid for a job that never ran, while a deleted
    /// one of its name is still being ended, is that one's.
    /// </summary>
    public static JobDecision UpdateCheckpoint(JobState state, UpdateCheckpoint command, DateTimeOffset now)
    {
        if (state.Record is not { } record
            || (command.RunUid is { } uid && uid != state.Managed?.Uid)
            || (command.RunUid is null && state is { Managed.StartedAt: null, Ending.IsEmpty: false }))
        {
            return Refuse(state, JobOutcome.NotFound);
        }

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

        return isLate || IsRepeated(state, command)
            ? Done(state)
            : Store(state, state with
            {
                Record = next,
                HasNotified = true,
                Managed = state.Managed is { } managed
                    ? TrainingLoss.Save(managed, now) with
                    {
                        Notifications = managed.Notifications + 1,
                        Failures = 0,
                        History = TrainingHistory.Save(
                            managed.History, managed.Unsaved?.Attempt ?? 0, new(now, next.CompletedEpochs.Value)),
                    }
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
        var assigned = command.GpuAssigned ?? record.GpuAssigned;
        var replicas = command.Replicas ?? record.Replicas;
        // On a managed job a count over the limit is a wish that is clipped, and no error.
        var checkedAssigned = isManaged && assigned is >= 0 and <= JobRules.MaxCount
            ? Math.Min(assigned, lim)
            : assigned;
        if (JobRules.CheckCounts(req, lim, checkedAssigned, replicas, command.Restarts ?? 0) is { } problem)
        {
            return Refuse(state, JobOutcome.Invalid, problem);
        }

        if (isManaged)
        {
            // What it holds is the ledger's to say, and its manifest says how many replicas it has. While it holds GPUs
            // it cannot need more than those: a job that runs is never stopped by a wish for its own request.
            replicas = record.Replicas;
            req = record.GpuAssigned > 0 ? Math.Min(req, Math.Max(record.GpuAssigned, record.GpuReq)) : req;
        }

        if (command.Extra.Sum(field => (long)field.Name.Length + field.Json.Length) > JobRules.MaxRecordBytes)
        {
            return TooLarge(state);
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
            state,
            isManaged && command.Status is { } status ? ManagedTransitions.EndByStatus(updated, status, now) : updated);
    }

    public static JobDecision IncrementRestarts(JobState state, IncrementRestarts command, DateTimeOffset now)
    {
        if (state.Record is not { } record)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        if (AnsweredOperations.Find(state.Answered, command.OperationId, now) is { } earlier)
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
                ? AnsweredOperations.Remember(
                    state.Answered, new(operationId, command.RequestDigest, now, next), now)
                : state.Answered,
        });
    }

    /// <summary>
    /// Removes the job: the name is free at once, and what runs of a managed job goes on being ended, by its uid. A
    /// repeat of the deletion that removed the one before changes nothing.
    /// </summary>
    public static JobDecision Delete(JobState state, string? operationId = null)
    {
        if (operationId is not null && state.DeletedBy == operationId)
        {
            return new(state, new() { Outcome = JobOutcome.Done }, IsChanged: false);
        }

        if (state.Record is null)
        {
            return Refuse(state, JobOutcome.NotFound);
        }

        if (state.Ending.Length >= MaxEnding)
        {
            return Refuse(
                state, JobOutcome.Conflict,
                $"{MaxEnding} deleted jobs of this name are still being ended; try again later");
        }

        var ending = state.Managed is { IsEndConfirmed: false } managed
            ? state.Ending.Add(new(managed.Uid, managed.Generation, managed.Attempt))
            : state.Ending;
        return new(
            JobState.Nothing with { Ending = ending, DeletedBy = operationId, Unknown = state.Unknown },
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
            ? TooLarge(state)
            : new(next, new() { Outcome = JobOutcome.Done, Job = next.Record }, IsChanged: true);
    }

    private static JobDecision TooLarge(JobState state) =>
        Refuse(state, JobOutcome.TooLarge, $"the record must be at most {JobRules.MaxRecordBytes} bytes");

    private static ImmutableArray<ExtraField> Merge(
        ImmutableArray<ExtraField> stored, ImmutableArray<ExtraField> changed)
    {
        var merged = stored.ToBuilder();
        var places = stored.Select((field, place) => (field.Name, place)).ToDictionary(StringComparer.Ordinal);
        foreach (var field in changed)
        {
            if (places.TryAdd(field.Name, merged.Count))
            {
                merged.Add(field);
            }
            else
            {
                merged[places[field.Name]] = field;
            }
        }

        return merged.ToImmutable();
    }
}
