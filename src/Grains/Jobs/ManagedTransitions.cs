using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using TrainingHistory = Sluice.Scheduling.Ledger.TrainingHistory;

namespace Sluice.Grains.Jobs;

/// <summary>What decisions of the ledger and observations of the executor make of a managed job. Pure.</summary>
public static class ManagedTransitions
{
    /// <summary>128 and KILL.</summary>
    private const int KilledExitCode = 137;

    /// <summary>A run of that length clears the count of failures.</summary>
    private static readonly TimeSpan GoodRun = TimeSpan.FromMinutes(10);

    /// <summary>Why a job cannot be scaled, whatever the ledger says; null: nothing.</summary>
    public static ScaleAnswer? RefuseScaling(JobState state, string jobName) => state switch
    {
        { Record: null } => new() { Outcome = ScaleOutcome.NotFound },
        { Managed: { End: JobEnd.None } } => null,
        _ => new()
        {
            Outcome = ScaleOutcome.CannotChange,
            Name = jobName,
            Reason = state.Managed is null ? $"{jobName} is run by somebody else" : $"{jobName} has ended",
        },
    };

    /// <summary>What a trainer is told that notified just before a decision was taken over; null: it goes on.</summary>
    public static Resize? ResizeSince(JobState notified, JobState settled) =>
        settled.Managed is { ShouldRun: true, Applied: { } applied }
            && applied.Generation > (notified.Managed?.Generation ?? long.MaxValue)
            ? new(applied.GpuCount, applied.Generation)
            : null;

    /// <summary>
    /// A resize of which the executor has confirmed nothing yet: the trainer of the allocation before still runs.
    /// </summary>
    public static Resize? ResizeUnderWay(JobState state) =>
        state.Managed is { ShouldRun: true, StartedAt: not null, Applied: { } applied } managed
            && applied.Generation > managed.ConfirmedGeneration
            ? new(applied.GpuCount, applied.Generation)
            : null;

    /// <summary>
    /// Takes over a decision of the ledger; one that is not newer, or of another uid, changes nothing.
    /// </summary>
    public static JobState ApplyAllocation(JobState state, Allocation allocation)
    {
        if (state.Record is not { } record || state.Managed is not { } managed || managed.Uid != allocation.Uid
            || managed.End != JobEnd.None)
        {
            return state;
        }

        if (allocation.Generation < managed.Generation)
        {
            return state;
        }

        if (allocation.Generation == managed.Generation)
        {
            // Only the words may be newer: why it waits, or what is planned for its next checkpoint.
            return managed.Applied is { } applied && applied.Reason == allocation.Reason
                && applied.AtNextCheckpoint == allocation.AtNextCheckpoint
                ? state
                : state with { Managed = managed with { Applied = allocation } };
        }

        return state with
        {
            Record = record with
            {
                GpuAssigned = allocation.IsAdmitted ? allocation.GpuCount : 0,
                Status = (allocation.IsAdmitted, record.Status) switch
                {
                    (true, JobStatus.Suspended) => JobStatus.Scheduled,
                    (true, var status) => status,
                    (false, _) => managed.StartedAt is null ? JobStatus.Scheduled : JobStatus.Suspended,
                },
            },
            Managed = managed with
            {
                Applied = allocation,
                Attempt = allocation.IsAdmitted ? managed.Attempt + 1 : managed.Attempt,
                RunningSince = null,
            },
        };
    }

    /// <summary>Takes over what the executor saw. Late, repeated and foreign reports change nothing.</summary>
    public static JobState Report(JobState state, RunReport report, JobOptions options, DateTimeOffset now)
    {
        var isGone = report.Phase is RunPhase.Exited or RunPhase.Stopped or RunPhase.StartFailed;
        if (state.Managed is not { } managed || state.Record is not { } record || managed.Uid != report.Uid)
        {
            return isGone && state.Ending.Any(ending => IsEnd(report, ending.Uid, ending.Generation))
                ? state with { Ending = state.Ending.RemoveAll(ending => ending.Uid == report.Uid) }
                : state;
        }

        var confirmed = Math.Min(managed.Generation, Math.Max(managed.ConfirmedGeneration, report.Generation));
        if (managed.End != JobEnd.None)
        {
            return isGone && !managed.IsEndConfirmed && IsEnd(report, managed.Uid, managed.Generation)
                ? ConfirmEnd(state, record, managed, report.At)
                : state;
        }

        var seen = state with { Managed = managed with { ConfirmedGeneration = confirmed } };
        return report.Phase switch
        {
            RunPhase.Running => Running(seen, record, seen.Managed, report),
            RunPhase.Exited or RunPhase.StartFailed => Exited(seen, record, seen.Managed, report, options, now),
            RunPhase.Stopped => Stopped(seen, seen.Managed, report),
            _ => state,
        };
    }

    /// <summary>
    /// A status that somebody set on a managed job: only <c>completed</c> and <c>failed</c> do something.
    /// </summary>
    public static JobState EndByStatus(JobState state, string status, DateTimeOffset now)
    {
        var end = status switch
        {
            JobStatus.Completed => JobEnd.Completed,
            JobStatus.Failed => JobEnd.Failed,
            _ => JobEnd.None,
        };
        return end == JobEnd.None || state.Managed is not { End: JobEnd.None } managed || state.Record is not { } record
            ? state
            : state with
            {
                Record = record with { Status = status },
                Managed = managed with
                {
                    End = end,
                    EndedAt = now,
                    RunningSince = null,
                    Message = $"set to {status} by request",
                },
            };
    }

    /// <summary>
    /// A report from before the end was wished for may arrive after it: only one that was made in view of the wish
    /// tells that nothing runs and nothing will.
    /// </summary>
    private static bool IsEnd(RunReport report, string uid, long generation) =>
        report.Uid == uid && report.IsUnwanted && report.Generation >= generation;

    private static JobState Running(JobState state, JobRecord record, ManagedJob managed, RunReport report) =>
        report.Generation != managed.Generation || report.Attempt != managed.Attempt || !managed.ShouldRun
            || managed.RunningSince is not null
            ? state
            : state with
            {
                Record = record with { Status = JobStatus.Running },
                Managed = TrainingLoss.Begin(managed, report.Attempt, report.At) with
                {
                    RunningSince = report.At,
                    StartedAt = managed.StartedAt ?? report.At,
                    NotBefore = null,
                    Message = null,
                    History = TrainingHistory.Begin(
                        managed.History, report.Attempt, record.GpuAssigned * record.Replicas,
                        new(report.At, record.CompletedEpochs.Value)),
                },
            };

    /// <summary>
    /// Nothing runs. Where the very attempt that should run was stopped, or a later one (a data folder that was
    /// restored from a backup is older than what ran), only a further attempt can follow: each is started once.
    /// </summary>
    private static JobState Stopped(JobState state, ManagedJob managed, RunReport report)
    {
        var cause = managed.ShouldRun ? LossCause.Resized : LossCause.Preempted;
        var next = TrainingLoss.End(managed, report.Attempt, cause, report.At) with
        {
            History = TrainingHistory.End(managed.History, report.Attempt, report.At),
        };
        return report.Attempt < managed.Attempt
            ? state with { Managed = next }
            : state with
            {
                Managed = next with
                {
                    RunningSince = null,
                    Attempt = managed.ShouldRun ? report.Attempt + 1 : managed.Attempt,
                },
            };
    }

    private static JobState Exited(
        JobState state, JobRecord record, ManagedJob managed, RunReport report, JobOptions options, DateTimeOffset now)
    {
        if (report is { Phase: RunPhase.Exited, ExitCode: 0 })
        {
            return Finish(state, record, managed, JobEnd.Completed, report);
        }

        if (report.Attempt != managed.Attempt)
        {
            // It failed just as it was to be started anew anyway: the start that is wanted goes on.
            return Stopped(state, managed, report);
        }

        var isLongRun = managed.RunningSince is { } since && report.At - since >= GoodRun;
        var failures = isLongRun ? 1 : managed.Failures + 1;
        // An end whose status nobody saw counts as one by a signal.
        var code = report.ExitCode ?? KilledExitCode;
        if (!managed.RestartRule.IsRestartedAfter(code) || failures > managed.BackoffLimit)
        {
            return Finish(state, record, managed with { Failures = failures }, JobEnd.Failed, report);
        }

        return state with
        {
            Record = record with { Restarts = record.Restarts + 1, Status = JobStatus.Scheduled },
            Managed = TrainingLoss.End(managed, report.Attempt, LossCause.Failed, report.At) with
            {
                Attempt = managed.Attempt + 1,
                History = TrainingHistory.End(managed.History, report.Attempt, report.At),
                Failures = failures,
                RunningSince = null,
                ExitCode = report.ExitCode,
                Message = Describe(report),
                NotBefore = now + Backoff(failures, options),
            },
        };
    }

    private static JobState Finish(
        JobState state, JobRecord record, ManagedJob managed, JobEnd end, RunReport report) =>
        ConfirmEnd(
            state,
            record with { Status = end == JobEnd.Completed ? JobStatus.Completed : JobStatus.Failed },
            managed with
            {
                End = end,
                ExitCode = report.ExitCode,
                Message = end == JobEnd.Completed ? null : Describe(report),
            },
            report.At);

    private static JobState ConfirmEnd(JobState state, JobRecord record, ManagedJob managed, DateTimeOffset at) =>
        state with
        {
            Record = record with { GpuAssigned = 0 },
            Managed = managed with
            {
                IsEndConfirmed = true,
                EndedAt = managed.EndedAt ?? at,
                RunningSince = null,
                NotBefore = null,
                ConfirmedGeneration = managed.Generation,
            },
        };

    private static TimeSpan Backoff(int failures, JobOptions options)
    {
        var doubled = options.FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 30));
        return doubled < options.LongestBackoff ? doubled : options.LongestBackoff;
    }

    private static string Describe(RunReport report) =>
        report.Message ?? (report.ExitCode is { } code ? $"exited with status {code}" : "ended for an unknown reason");
}
