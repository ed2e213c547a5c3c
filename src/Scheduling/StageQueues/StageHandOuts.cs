using System.Globalization;

namespace Sluice.Scheduling.StageQueues;

/// <summary>Gives jobs into workers' hands, and keeps them there.</summary>
public static class StageHandOuts
{
    /// <summary>
    /// Hands out the job that waits in a stage and has the lowest id; a repeat gets the job of the first.
    /// </summary>
    public static HandOutResult HandOut(StageQueueDraft draft, HandOutRequest request)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(request);
        if (draft.FindByOperation(request.OperationId) is { } known && Repeat(draft, known, request) is { } repeat)
        {
            return repeat;
        }

        if (draft.FirstWaiting(request.Stage) is not { } job)
        {
            return HandOutResult.NoneWaits;
        }

        var next = job with
        {
            Stage = request.Next,
            Since = draft.Now,
            HandOuts = job.HandOuts + 1,
            FlaggedAt = null,
            Hand = new()
            {
                From = request.Stage,
                OperationId = request.IsKey ? null : request.OperationId,
                LeaseSeconds = request.LeaseSeconds,
                LeaseUntil = request.LeaseSeconds is { } seconds ? After(draft, seconds) : null,
            },
        };
        var until = draft.UntilOf(next);
        if (request.IsKey)
        {
            next = next with
            {
                Keys = RememberedOperations.Remember(job.Keys, new()
                {
                    Key = request.OperationId,
                    At = draft.Now,
                    Request = TextOf(request),
                    From = request.Stage,
                    HandOut = next.HandOuts,
                    Until = until,
                    FailedAttempts = next.FailedAttempts,
                }),
            };
        }

        draft.Put(next);
        draft.Tally.HandedOut++;
        return HandOutResult.Of(new(
            next.Id, request.Stage, next.Command, next.Lease, until, next.FailedAttempts));
    }

    /// <summary>
    /// Gives a hand-out a fresh clock, as its worker is alive: so many seconds from now. Null: as it was handed out
    /// for.
    /// </summary>
    public static ExtendResult Extend(StageQueueDraft draft, long id, string lease, double? seconds)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Find(id) is not { } listed)
        {
            return new(StageMoveOutcome.NotFound, null, null);
        }

        var job = StageClocks.Judge(draft, listed);
        if (Leases.Problem(job, lease) is { } problem)
        {
            return new(StageMoveOutcome.LeaseOver, null, problem);
        }

        var hand = job.Hand!;
        var asked = seconds ?? hand.LeaseSeconds;
        var next = job with
        {
            FlaggedAt = null,
            Hand = asked is { } span
                ? hand with
                {
                    LeaseSeconds = hand.LeaseSeconds ?? span,
                    LeaseUntil = After(draft, span),
                    RenewedAt = null,
                }
                : hand with { RenewedAt = draft.Now },
        };
        draft.Put(next);
        return new(StageMoveOutcome.Done, draft.UntilOf(next), null);
    }

    private static DateTimeOffset After(StageQueueDraft draft, double seconds) =>
        Clock.After(draft.Now, TimeSpan.FromSeconds(seconds));

    private static string TextOf(HandOutRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"get {request.Stage} {request.Next} {request.LeaseSeconds}");

    /// <summary>Null: the key's time is over, and it is as good as new.</summary>
    private static HandOutResult? Repeat(StageQueueDraft draft, ListedJob job, HandOutRequest request)
    {
        if (!request.IsKey)
        {
            return job.Hand is { } hand && hand.OperationId == request.OperationId
                ? HandOutResult.Of(new(
                    job.Id, hand.From, job.Command, job.Lease, draft.UntilOf(job), job.FailedAttempts))
                : null;
        }

        if (RememberedOperations.RequestOf(job, request.OperationId, draft.Now) is not { } asked)
        {
            return null;
        }

        return asked == TextOf(request)
            && RememberedOperations.FindHandOut(job, request.OperationId, draft.Now) is { } key
            ? HandOutResult.Of(new(
                job.Id, key.From, key.Command ?? job.Command, ListedJob.LeaseOf(job.Id, key.HandOut), key.Until,
                key.FailedAttempts))
            : HandOutResult.KeyReused;
    }
}

/// <summary>Asks for a job.</summary>
/// <param name="Stage">The stage it waits in.</param>
/// <param name="Next">The stage it moves to.</param>
/// <param name="OperationId">Tells a repeat.</param>
/// <param name="IsKey">True: the operation id is a client's key.</param>
/// <param name="LeaseSeconds">Null: the lifetime of the stage holds.</param>
public sealed record HandOutRequest(int Stage, int Next, string OperationId, bool IsKey, double? LeaseSeconds);

/// <summary>A job in a worker's hands.</summary>
public sealed record Grant(
    long JobId, int Stage, ReadOnlyMemory<byte> Command, string Lease, DateTimeOffset? Until, int FailedAttempts);

/// <summary>How asking for a job ended.</summary>
/// <param name="Grant">Null: none was handed out.</param>
/// <param name="IsKeyReused">True: because the key was used for another request.</param>
public sealed record HandOutResult(Grant? Grant, bool IsKeyReused)
{
    public static readonly HandOutResult NoneWaits = new(null, IsKeyReused: false);

    public static readonly HandOutResult KeyReused = new(null, IsKeyReused: true);

    public static HandOutResult Of(Grant grant) => new(grant, IsKeyReused: false);
}

/// <summary>How extending a lease ended.</summary>
public sealed record ExtendResult(StageMoveOutcome Outcome, DateTimeOffset? Until, string? Problem);
