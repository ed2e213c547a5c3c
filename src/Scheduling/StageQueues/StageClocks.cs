using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>
/// What time does to jobs: over their time they go back to where they were handed out from, or are flagged where they
/// are.
/// </summary>
public static class StageClocks
{
    /// <summary>Redos of which the answer is remembered.</summary>
    private const int MaxRedos = 8;

    /// <summary>Does all that is due, longest due first, up to a number of jobs.</summary>
    public static void Sweep(StageQueueDraft draft, int max = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(draft);
        for (var swept = 0; swept < max && draft.FirstDue is { } due && due.At <= draft.Now; swept++)
        {
            Judge(draft, draft.Find(due.Id)!);
        }
    }

    /// <summary>Does what is due with one job, which a bounded sweep may have left.</summary>
    /// <returns>The job as it is now.</returns>
    public static ListedJob Judge(StageQueueDraft draft, ListedJob job)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(job);
        if (!(draft.UntilOf(job) <= draft.Now))
        {
            return job;
        }

        if (GoesBack(draft.Head, job))
        {
            draft.Put(TakenBack(job, job.Hand!.From, draft.Now));
            draft.Tally.TakenBack++;
        }
        else if (job.FlaggedAt is null)
        {
            draft.Put(job with { FlaggedAt = draft.Now });
            draft.Tally.Flagged++;
        }

        return draft.Find(job.Id)!;
    }

    /// <summary>Flags every job that is over its time, and moves the flagged ones of a stage.</summary>
    public static DoneRedo Redo(StageQueueDraft draft, int stage, int redo, string operationId)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Head.Redos.LastOrDefault(done => done.OperationId == operationId) is { } before)
        {
            return before;
        }

        Sweep(draft);
        var flagged = draft.Flagged();
        var moved = flagged.Where(job => job.Stage == stage).ToList();
        foreach (var job in moved)
        {
            draft.Tally.Redone += job.IsHandedOut ? 1 : 0;
            draft.Put(TakenBack(job, redo, draft.Now));
        }

        var answer = new DoneRedo(operationId, flagged.Length, moved.Count);
        if (moved.Count > 0)
        {
            draft.SetHead(draft.Head with { Redos = [.. draft.Head.Redos.TakeLast(MaxRedos - 1), answer] });
        }

        return answer;
    }

    /// <summary>Sets lifetimes where none were set.</summary>
    public static void Initialize(StageQueueDraft draft, ImmutableArray<double> lifetimes)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Head.Lifetimes.IsEmpty && !lifetimes.IsEmpty)
        {
            ChangeLifetimes(draft, lifetimes);
        }
    }

    /// <summary>Sets one lifetime; stages below it that have none get 0, no limit.</summary>
    public static void SetLifetime(StageQueueDraft draft, int stage, double minutes)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var lifetimes = draft.Head.Lifetimes;
        if (stage < lifetimes.Length && lifetimes[stage] == minutes)
        {
            return;
        }

        var next = lifetimes.ToBuilder();
        next.Count = Math.Max(next.Count, stage + 1);
        next[stage] = minutes;
        ChangeLifetimes(draft, next.ToImmutable());
    }

    /// <summary>Changes what is done by itself, and does it with the jobs that are over their time already.</summary>
    public static void ChangeSettings(StageQueueDraft draft, bool? redeliver, int? maxAttempts)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var head = draft.Head with
        {
            Redeliver = redeliver ?? draft.Head.Redeliver,
            MaxAttempts = maxAttempts ?? draft.Head.MaxAttempts,
        };
        if (head == draft.Head)
        {
            return;
        }

        draft.SetHead(head);
        foreach (var job in draft.Flagged())
        {
            Judge(draft, job);
        }
    }

    private static void ChangeLifetimes(StageQueueDraft draft, ImmutableArray<double> lifetimes)
    {
        draft.SetLifetimes(lifetimes);
        Sweep(draft);
    }

    private static bool GoesBack(StageQueueHead head, ListedJob job) =>
        job.Hand is { } hand
        && (hand.LeaseUntil is not null || head.Redeliver)
        && (head.MaxAttempts == 0 || job.FailedAttempts + 1 < head.MaxAttempts);

    private static ListedJob TakenBack(ListedJob job, int stage, DateTimeOffset now) => job with
    {
        Stage = stage,
        Since = now,
        Hand = null,
        FlaggedAt = null,
        FailedAttempts = job.FailedAttempts + (job.IsHandedOut ? 1 : 0),
    };
}
