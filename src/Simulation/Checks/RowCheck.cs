using System.Text;
using System.Text.Json;
using Sluice.Grains;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Simulation.Checks;

/// <summary>One committed version of a job's row.</summary>
internal sealed record RowVersion(JobRow Row, JobState State)
{
    public static readonly JobState Nothing = JobState.Nothing;
}

/// <summary>
/// Watches the commits of job rows: what only ever grows never falls (a lost update would show), each operation is
/// counted once, what is said of an attempt is true of that one, an end is confirmed only when nothing lives, and a
/// successor of a name begins with nothing of its predecessor.
/// </summary>
internal sealed class RowCheck(RunCheck runs, Action<string, string> fail, Action<string> count)
{
    private readonly SortedDictionary<string, RowVersion> _rows = new(StringComparer.Ordinal);
    private readonly Recent<string, bool> _over = new();
    private readonly Dictionary<string, HashSet<string>> _counted = new(StringComparer.Ordinal);
    private readonly Recent<(string Key, double At), (string Uid, bool IsNamed)> _notifiers = new();

    /// <summary>The newest version of each job's row, deleted ones too.</summary>
    public IReadOnlyDictionary<string, RowVersion> Rows => _rows;

    /// <summary>True: the ledger has committed just that.</summary>
    public Func<Allocation, bool> IsDecided { get; set; } = _ => true;

    /// <summary>Told of every version.</summary>
    public Action<string, RowVersion> Seen { get; set; } = (_, _) => { };

    /// <summary>True: the end of the uid is committed as confirmed.</summary>
    public bool IsOver(string uid) => _over.Contains(uid);

    public JobState StateOf(string key) => _rows.TryGetValue(key, out var version) ? version.State : RowVersion.Nothing;

    /// <summary>A trainer is about to notify.</summary>
    /// <param name="key">Of the job that it means.</param>
    /// <param name="at">The time of the checkpoint; no other notification of that name has the same.</param>
    /// <param name="uid">Its run.</param>
    /// <param name="isNamed">False: it does not say which run it is.</param>
    public void Notifies(string key, double at, string uid, bool isNamed) =>
        _notifiers.TryAdd((key, at), (uid, isNamed));

    public void Committed(JobRow row, JobState after)
    {
        var before = StateOf(row.Key);
        var isSame = before.Record is not null && after.Record is not null
            && before.Managed?.Uid == after.Managed?.Uid && _rows[row.Key].Row.Added == row.Added;
        var change = _rows.TryGetValue(row.Key, out var known) ? known.Row.Change : 0;
        Compare(row.Key, Promises.ChangeNumbersGrow, change, row.Change - 1);
        if (isSame)
        {
            Continues(row.Key, before, after);
        }
        else
        {
            Begins(row, before, after);
        }

        Ends(row.Key, before, after);
        _rows[row.Key] = new(row, after);
        Seen(row.Key, _rows[row.Key]);
    }

    private void Continues(string key, JobState before, JobState after)
    {
        Compare(key, Promises.AcknowledgedStays, before.Record!.Restarts, after.Record!.Restarts);
        foreach (var field in before.Record.Extra.Select(field => field.Name)
            .Except(after.Record.Extra.Select(field => field.Name)))
        {
            fail(Promises.AcknowledgedStays, $"{key} lost the field {field}");
        }

        var counted = _counted.TryGetValue(key, out var known) ? known : _counted[key] = [];
        var added = after.Answered.Select(operation => operation.OperationId)
            .Except(before.Answered.Select(operation => operation.OperationId)).ToList();
        foreach (var operation in added.Where(operation => !counted.Add(operation)))
        {
            fail(Promises.OperationsCountOnce, $"{operation} counts again on {key}");
        }

        if (added.Count > 0 && after.Record.Restarts - before.Record.Restarts != added.Count)
        {
            fail(Promises.OperationsCountOnce, $"{key}: {added.Count} operations and restarts from "
                + $"{before.Record.Restarts} to {after.Record.Restarts}");
        }

        if (after.Record.LastCheckpointTime != before.Record.LastCheckpointTime)
        {
            Notified(key, before, after);
        }

        if (before.Managed is { } old && after.Managed is { } now)
        {
            GoesOn(key, old, now);
        }
    }

    private void GoesOn(string key, ManagedJob old, ManagedJob now)
    {
        Compare(key, Promises.GenerationsNeverFall, old.Generation, now.Generation);
        if (now.Generation != old.Generation && !IsDecided(now.Applied!))
        {
            fail(Promises.TakenOverIsDecided, $"{key} takes over {now.Applied}");
        }

        Compare(key, Promises.GenerationsNeverFall, old.Attempt, now.Attempt);
        Compare(key, Promises.GenerationsNeverFall, old.ConfirmedGeneration, now.ConfirmedGeneration);
        Compare(key, Promises.AcknowledgedStays, old.Notifications, now.Notifications);
        if (old.End != JobEnd.None && now.End != old.End)
        {
            fail(Promises.EndsAreFinal, $"{key} was {old.End} and is {now.End}");
        }

        // A report that is late, or comes twice, may be of an earlier attempt.
        if (old.RunningSince is null && now.RunningSince is not null && runs.LastStarted(now.Uid) < now.Attempt)
        {
            fail(Promises.RunningHasStarted, $"{key} is running, and attempt {now.Attempt} never started");
        }

        if (now.Failures > old.Failures && runs.LastEnded(now.Uid) < old.Attempt)
        {
            fail(Promises.FailuresCountOnce, $"{key} counts {now.Failures}, and attempt {old.Attempt} has not ended");
        }

        if (runs.GenerationAlive(now.Uid) is { } alive && now.ConfirmedGeneration > old.ConfirmedGeneration
            && alive < now.ConfirmedGeneration)
        {
            fail(Promises.GpusAreFreeOnceConfirmed,
                $"{key} confirms {now.ConfirmedGeneration}, and {alive} runs");
        }
    }

    /// <summary>
    /// The predecessor's trainer speaks for nobody else, where it says who it is; where it does not, not for a job that
    /// never ran.
    /// </summary>
    private void Notified(string key, JobState before, JobState after)
    {
        if (_notifiers.TryGet((key, after.Record!.LastCheckpointTime.Value), out var notifier)
            && notifier.Uid != after.Managed?.Uid
            && (notifier.IsNamed
                || (before.Managed is { StartedAt: null } && before.Ending.Any(run => run.Uid == notifier.Uid))))
        {
            fail(Promises.SuccessorsBeginAnew, $"{key} takes over what a trainer of {notifier.Uid} notified");
        }
    }

    private void Begins(JobRow row, JobState before, JobState after)
    {
        var key = row.Key;
        _counted.Remove(key);
        var fresh = JsonSerializer.SerializeToUtf8Bytes(Fresh(after), GrainsJsonContext.Default.JobState);
        if (!row.Body.Span.SequenceEqual(fresh))
        {
            var (begun, made) = (Encoding.UTF8.GetString(row.Body.Span), Encoding.UTF8.GetString(fresh));
            fail(Promises.SuccessorsBeginAnew, $"{key} begins with {begun}, a new one is {made}");
        }

        if (after.Managed?.Uid is { } uid && (IsOver(uid) || after.Ending.Any(ending => ending.Uid == uid)))
        {
            fail(Promises.SuccessorsBeginAnew, $"{key} has the uid {uid} of an earlier job");
        }

        count(after.Record is null ? "jobs: deleted" : after.Managed is null ? "jobs: added" : "jobs: deployed");
        if (before.Managed is { IsEndConfirmed: false } old && after.Ending.All(ending => ending.Uid != old.Uid))
        {
            fail(Promises.RunsAreKnown, $"{key} forgot {old.Uid}");
        }
    }

    /// <summary>
    /// A job of that name as it is made, or the marker of a deleted one: nothing but what its client, its manifest and
    /// its arrival say, and whose processes are still being ended.
    /// </summary>
    private static JobState Fresh(JobState made) => new()
    {
        Record = made.Record is not { } record ? null : new()
        {
            JobName = record.JobName,
            GpuReq = record.GpuReq,
            GpuLim = record.GpuLim,
            GpuAssigned = made.Managed is null ? record.GpuAssigned : 0,
            Replicas = record.Replicas,
            TotalEpochs = made.Managed is null ? record.TotalEpochs : Number.Of(0),
            JobArrivalTime = record.JobArrivalTime,
            LastCheckpointTime = record.JobArrivalTime,
        },
        AddedBy = made.Record is null ? null : made.AddedBy,
        DeletedBy = made.DeletedBy,
        Managed = made.Managed is not { } managed ? null : new()
        {
            Uid = managed.Uid,
            ManifestText = managed.ManifestText,
            Kind = managed.Kind,
            Namespace = managed.Namespace,
            Priority = managed.Priority,
            IsAfterCheckpoint = managed.IsAfterCheckpoint,
            CheckpointDeadline = managed.CheckpointDeadline,
            MinRunTime = managed.MinRunTime,
            IsSuspendable = managed.IsSuspendable,
            RestartRule = managed.RestartRule,
            BackoffLimit = managed.BackoffLimit,
        },
        Ending = made.Ending,
    };

    private void Ends(string key, JobState before, JobState after)
    {
        foreach (var ending in before.Ending.Where(ending => after.Ending.All(other => other.Uid != ending.Uid)))
        {
            MustBeGone(key, ending.Uid);
        }

        if (after.Managed is { IsEndConfirmed: true } now && before.Managed is not { IsEndConfirmed: true })
        {
            count($"jobs: {now.End}".ToLowerInvariant());
            MustBeGone(key, now.Uid);
        }
    }

    private void MustBeGone(string key, string uid)
    {
        _over.TryAdd(uid, true);
        if (runs.IsAlive(uid))
        {
            fail(Promises.GpusAreFreeOnceConfirmed,
                $"the end of {uid} of {key} is confirmed, and it lives");
        }
    }

    private void Compare(string key, string invariant, long before, long after)
    {
        if (after < before)
        {
            fail(invariant, $"{GrainKeys.ParseJob(key).JobName} went from {before} to {after}");
        }
    }
}
