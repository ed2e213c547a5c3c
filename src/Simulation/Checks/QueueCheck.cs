using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Simulation.Checks;

/// <summary>A list as it is stored.</summary>
internal sealed record ListVersion(StageQueueHead Head, ImmutableSortedDictionary<long, ListedJob> Jobs)
{
    public static readonly ListVersion Nothing = new(
        StageQueueHead.Default, ImmutableSortedDictionary<long, ListedJob>.Empty);

    public ListedJob? Find(long id) => Jobs.GetValueOrDefault(id);

    /// <summary>When a job is over its time; null: never.</summary>
    public DateTimeOffset? UntilOf(ListedJob job) => job.Until(Head.LifetimeOf(job.Stage));
}

/// <summary>
/// Watches the commits of stage queues: a job leaves a worker's hands only by a move that somebody asked for, or when
/// its time is over; a lease that is over moves nothing; an operation moves a job once; no job is lost, or comes into
/// another list; and what is over its time is found though no call comes.
/// </summary>
/// <param name="fail">Told what is broken.</param>
/// <param name="count">Told what happened.</param>
/// <param name="now">The time of a commit: no earlier than that of the fold which it stores.</param>
internal sealed class QueueCheck(Action<string, string> fail, Action<string> count, Func<DateTimeOffset> now)
{
    private readonly SortedDictionary<string, ListVersion> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ListVersion> _before = new(StringComparer.Ordinal);
    private readonly Recent<(string Key, string OperationId), long> _moved = new();

    /// <summary>Told of every version, by the key of the list.</summary>
    public Action<string, ListVersion> Seen { get; set; } = (_, _) => { };

    /// <summary>By key.</summary>
    public IReadOnlyDictionary<string, ListVersion> Lists => _lists;

    /// <summary>
    /// The version before the newest: who reads while a commit is under way may still be shown that one.
    /// </summary>
    public ListVersion BeforeOf(string key) => _before.GetValueOrDefault(key, ListVersion.Nothing);

    public ListVersion ListOf(string key) => _lists.GetValueOrDefault(key, ListVersion.Nothing);

    /// <summary>The command of a job of a list; what a worker replaces it with begins the same.</summary>
    public static string CommandOf(string listKey, long id, string more = "") => string.Create(
        CultureInfo.InvariantCulture, $"\"{GrainKeys.ParseStageQueue(listKey)}/{id} {more}\"");

    /// <summary>True: it is a command of that job, of that list.</summary>
    public static bool IsCommandOf(string listKey, long id, ReadOnlyMemory<byte> command) =>
        Encoding.UTF8.GetString(command.Span).StartsWith(CommandOf(listKey, id)[..^1], StringComparison.Ordinal);

    public void Committed(RowBatch batch)
    {
        var before = ListOf(batch.Owner);
        var head = before.Head;
        var jobs = before.Jobs.ToBuilder();
        var written = new List<ListedJob>();
        foreach (var row in batch.Upserts)
        {
            if (row.Collection == "head")
            {
                head = JsonSerializer.Deserialize(row.Body.Span, StageQueueJsonContext.Default.StageQueueHead)!;
            }
            else
            {
                var job = ListedJobReader.Read(
                    long.Parse(row.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), row.Body.Span);
                jobs[job.Id] = job;
                written.Add(job);
            }
        }

        foreach (var (collection, key) in batch.Deletes)
        {
            fail(Promises.ListedJobsStay, $"{batch.Owner} deletes {collection} {key}");
        }

        var after = new ListVersion(head, jobs.ToImmutable());
        foreach (var job in written)
        {
            Judge(batch.Owner, before, before.Find(job.Id), after, job);
        }

        JudgeWakeUp(batch, after);
        _before[batch.Owner] = before;
        _lists[batch.Owner] = after;
        Seen(batch.Owner, after);
    }

    /// <summary>A crash right after this commit leaves the due row alone to find what is over its time.</summary>
    private void JudgeWakeUp(RowBatch batch, ListVersion after)
    {
        foreach (var job in after.Jobs.Values)
        {
            Fail(job.FlaggedAt is null && after.UntilOf(job) is { } until && !(batch.DueAt <= until),
                Promises.WakeUpsAreStored,
                () => $"{Name(batch.Owner, job)} is over at {after.UntilOf(job):O}, the wake-up is {batch.DueAt:O}");
        }
    }

    private void Judge(string key, ListVersion listBefore, ListedJob? before, ListVersion listAfter, ListedJob after)
    {
        Fail(!IsCommandOf(key, after.Id, after.Command), Promises.ListsNeverMeet,
            () => $"{Name(key, after)} has the command {Encoding.UTF8.GetString(after.Command.Span)}");
        var handedOut = after.HandOuts - (before?.HandOuts ?? 0);
        var moves = after.Moves.Where(move => before?.Moves.Contains(move) != true).ToList();
        Fail(handedOut < 0, Promises.HandOutsNeverStartOver,
            () => $"{Name(key, after)} went from hand-out {before!.HandOuts} to {after.HandOuts}");
        foreach (var move in moves)
        {
            JudgeMove(key, before, after, move);
        }

        if (before is null)
        {
            return;
        }

        // What was in hands before, and what came into hands since, less what is in hands now, was taken out of them.
        var taken = (before.IsHandedOut ? 1 : 0) + handedOut - (after.IsHandedOut ? 1 : 0);
        var isOver = IsOver(listBefore, listAfter, before);
        Fail(taken > moves.Count + (isOver ? 1 : 0), Promises.NoJobHasTwoWorkers,
            () => $"{Name(key, after)} left the hands of its worker (hand-out {before.HandOuts}), nobody moved it, and "
                + $"its time is not over until {listBefore.UntilOf(before):O}");
        Fail(handedOut == 0 && moves.Count == 0 && !isOver && before.Stage != after.Stage, Promises.NoJobMovesByItself,
            () => $"{Name(key, after)} came from stage {before.Stage} to {after.Stage}");
        Count(before, after, handedOut, moves.Count, taken);
    }

    /// <summary>Flagged already, or over its time by the lifetimes before or after the commit.</summary>
    private bool IsOver(ListVersion listBefore, ListVersion listAfter, ListedJob before) =>
        before.FlaggedAt is not null || listBefore.UntilOf(before) <= now()
        || before.Until(listAfter.Head.LifetimeOf(before.Stage)) <= now();

    private void JudgeMove(string key, ListedJob? before, ListedJob after, DoneMove move)
    {
        if (move.HandOut is { } number)
        {
            Fail(number > after.HandOuts || number < (before?.HandOuts ?? 0)
                    || (number == before?.HandOuts && !before.IsHandedOut),
                Promises.LeasesFence,
                () => $"{Name(key, after)} is moved with lease {number}: it was "
                    + $"{(before?.IsHandedOut == true ? "in hands" : "waiting")} after {before?.HandOuts}");
        }

        Fail(move.OperationId is { } operation && !_moved.TryAdd((key, operation), after.Id),
            Promises.OperationsCountOnce,
            () => $"{move.OperationId} moves {Name(key, after)} again");
    }

    private void Count(ListedJob before, ListedJob after, int handedOut, int moves, int taken)
    {
        for (var one = 0; one < handedOut; one++)
        {
            count("queues: handed out");
        }

        if (taken > moves)
        {
            count("queues: taken back");
        }

        if (after.FlaggedAt is not null && before.FlaggedAt is null)
        {
            count("queues: flagged");
        }

        if (moves > 0)
        {
            count("queues: moved");
        }
    }

    private static string Name(string key, ListedJob job) => $"job {job.Id} of {key}";

    private void Fail(bool isBroken, string promise, Func<string> what)
    {
        if (isBroken)
        {
            fail(promise, what());
        }
    }
}
