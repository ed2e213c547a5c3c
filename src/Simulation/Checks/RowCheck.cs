using Sluice.Grains.Interfaces;
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
/// counted once, an end is confirmed only when nothing lives, and a successor of a name begins with nothing of its
/// predecessor.
/// </summary>
internal sealed class RowCheck(RunCheck runs, Action<string, string> fail, Action<string> count)
{
    private const int MaxRemembered = 10_000;

    private readonly SortedDictionary<string, RowVersion> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _over = new(StringComparer.Ordinal);
    private readonly Queue<string> _overInOrder = [];
    private readonly Dictionary<string, HashSet<string>> _counted = new(StringComparer.Ordinal);

    /// <summary>The newest version of each job's row, deleted ones too.</summary>
    public IReadOnlyDictionary<string, RowVersion> Rows => _rows;

    /// <summary>Told of every version.</summary>
    public Action<string, RowVersion> Seen { get; set; } = (_, _) => { };

    /// <summary>True: the end of the uid is committed as confirmed.</summary>
    public bool IsOver(string uid) => _over.Contains(uid);

    public JobState StateOf(string key) => _rows.TryGetValue(key, out var version) ? version.State : RowVersion.Nothing;

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
            Begins(row.Key, before, after);
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

        if (before.Managed is not { } old || after.Managed is not { } now)
        {
            return;
        }

        Compare(key, Promises.GenerationsNeverFall, old.Generation, now.Generation);
        Compare(key, Promises.GenerationsNeverFall, old.Attempt, now.Attempt);
        Compare(key, Promises.GenerationsNeverFall, old.ConfirmedGeneration, now.ConfirmedGeneration);
        Compare(key, Promises.AcknowledgedStays, old.Notifications, now.Notifications);
        if (old.End != JobEnd.None && now.End != old.End)
        {
            fail(Promises.EndsAreFinal, $"{key} was {old.End} and is {now.End}");
        }

        if (runs.GenerationAlive(now.Uid) is { } alive && now.ConfirmedGeneration > old.ConfirmedGeneration
            && alive < now.ConfirmedGeneration)
        {
            fail(Promises.GpusAreFreeOnceConfirmed,
                $"{key} confirms {now.ConfirmedGeneration}, and {alive} runs");
        }
    }

    private void Begins(string key, JobState before, JobState after)
    {
        _counted.Remove(key);
        if (after.Managed is { } fresh && (fresh.Attempt != 0 || fresh.Generation != 0 || fresh.Notifications != 0
            || fresh.ConfirmedGeneration != 0 || fresh.End != JobEnd.None || after.Record!.Restarts != 0
            || after.Record.GpuAssigned != 0 || !after.Answered.IsEmpty || after.Record.CompletedEpochs.Value != 0))
        {
            fail(Promises.SuccessorsBeginAnew, $"{key} begins with {after.Record} and {fresh}");
        }

        count(after.Record is null ? "jobs: deleted" : after.Managed is null ? "jobs: added" : "jobs: deployed");
        if (before.Managed is { IsEndConfirmed: false } old && after.Ending.All(ending => ending.Uid != old.Uid))
        {
            fail(Promises.RunsAreKnown, $"{key} forgot {old.Uid}");
        }
    }

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
        if (_over.Add(uid))
        {
            _overInOrder.Enqueue(uid);
        }

        if (_overInOrder.Count > MaxRemembered)
        {
            _over.Remove(_overInOrder.Dequeue());
        }

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
