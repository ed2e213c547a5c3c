using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Scheduling.StageQueues;

/// <summary>Moves jobs as workers ask for it.</summary>
public static class StageMoves
{
    /// <summary>Makes a job wait in a stage with a fresh clock. A repeat changes nothing.</summary>
    public static StageMoveResult Move(StageQueueDraft draft, MoveRequest request)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(request);
        var text = request.IsKey ? TextOf(request) : null;
        if (text is not null
            && draft.FindByOperation(request.OperationId) is { } known
            && RememberedOperations.RequestOf(known, request.OperationId, draft.Now) is { } asked)
        {
            return new(asked == text ? StageMoveOutcome.Done : StageMoveOutcome.KeyReused);
        }

        if (draft.Find(request.JobId) is not { } listed)
        {
            return new(StageMoveOutcome.NotFound);
        }

        var job = StageClocks.Judge(draft, listed);
        if (IsDone(job, request, draft.Now))
        {
            return new(StageMoveOutcome.Done);
        }

        if (request.Lease is { } lease && Leases.Problem(job, lease) is { } problem)
        {
            return new(StageMoveOutcome.LeaseOver, problem);
        }

        var next = Moved(job, request, text, draft.Now);
        if (next.CommandBytes > job.CommandBytes
            && draft.CommandBytes + next.CommandBytes - job.CommandBytes > draft.Limits.MaxCommandBytes)
        {
            return new(
                StageMoveOutcome.TooLarge,
                $"the commands of a list are at most {draft.Limits.MaxCommandBytes} bytes");
        }

        draft.Put(next);
        draft.Tally.Moved++;
        return new(StageMoveOutcome.Done);
    }

    /// <summary>True: it is a repeat of a move that was done.</summary>
    private static bool IsDone(ListedJob job, MoveRequest request, DateTimeOffset now)
    {
        if (request.Lease is { } lease)
        {
            return Leases.NumberOf(job, lease) is { } number
                && job.Moves.Any(move => move.HandOut == number && move.Stage == request.Stage);
        }

        return job.Moves.Any(move => move.OperationId == request.OperationId)
            || (!request.IsKey && WouldTakeFromAnother(job, request, now));
    }

    /// <summary>
    /// A worker whose answer was lost asks again with nothing that tells the repeat. Meanwhile the job may have been
    /// handed out to another, out of whose hands it would be taken. Not so where the job had only been given back: of
    /// two workers behind one address each may give it back, and the second would be told so and keep it.
    /// </summary>
    private static bool WouldTakeFromAnother(ListedJob job, MoveRequest request, DateTimeOffset now) =>
        job.Hand?.From == request.Stage
        && job.Moves.LastOrDefault() is { IsGivenBack: false } last
        && last.Stage == request.Stage
        && last.Caller == request.Caller
        && now - last.At <= RememberedOperations.RepeatWindow;

    private static ListedJob Moved(ListedJob job, MoveRequest request, string? text, DateTimeOffset now)
    {
        var isToldByLease = request.Lease is not null && text is null;
        // Only what moves a job on shows that it can be done: one that each worker gives back would go round for ever.
        var origin = job.Hand?.From ?? job.Stage;
        var move = new DoneMove
        {
            At = now,
            Stage = request.Stage,
            IsGivenBack = job.Hand?.From == request.Stage,
            HandOut = request.Lease is null ? null : job.HandOuts,
            OperationId = isToldByLease ? null : request.OperationId,
            Caller = isToldByLease || text is not null ? null : request.Caller,
            Request = text,
        };
        return job with
        {
            Stage = request.Stage,
            Since = now,
            Hand = null,
            FlaggedAt = null,
            FailedAttempts = request.Stage == origin ? job.FailedAttempts : 0,
            FileName = request.FileName ?? job.FileName,
            Command = request.Command ?? job.Command,
            Keys = request.Command is null ? job.Keys : KeepCommand(job),
            Moves = RememberedOperations.Remember(job.Moves, move),
        };
    }

    /// <summary>Repeats of earlier hand-outs get the command as it was.</summary>
    private static ImmutableArray<HandOutKey> KeepCommand(ListedJob job) =>
        [.. job.Keys.Select(key => key.Command is null ? key with { Command = job.Command } : key)];

    private static string TextOf(MoveRequest request)
    {
        using var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        content.AppendData(Encoding.UTF8.GetBytes(request.FileName ?? ""));
        content.AppendData([request.FileName is null ? (byte)0 : (byte)1, request.Command is null ? (byte)0 : (byte)1]);
        content.AppendData((request.Command ?? default).Span);
        var digest = Convert.ToHexStringLower(content.GetHashAndReset().AsSpan(0, 8));
        return string.Create(
            CultureInfo.InvariantCulture, $"move {request.JobId} {request.Stage} {request.Lease} {digest}");
    }
}

/// <summary>Asks for a job to be moved.</summary>
public sealed record MoveRequest
{
    public required long JobId { get; init; }

    public required int Stage { get; init; }

    /// <summary>Tells a repeat.</summary>
    public required string OperationId { get; init; }

    /// <summary>True: the operation id is a client's key.</summary>
    public bool IsKey { get; init; }

    /// <summary>Who asks, as far as it is known.</summary>
    public required string Caller { get; init; }

    /// <summary>Null: of a worker that knows of none.</summary>
    public string? Lease { get; init; }

    /// <summary>Null: it stays.</summary>
    public string? FileName { get; init; }

    /// <summary>Null: it stays.</summary>
    public ReadOnlyMemory<byte>? Command { get; init; }
}

/// <summary>How moving a job, or extending its lease, ended.</summary>
public enum StageMoveOutcome
{
    None = 0,
    Done = 1,
    NotFound = 2,
    LeaseOver = 3,
    KeyReused = 4,
    TooLarge = 5,
}

/// <summary>The outcome, and for people what is wrong.</summary>
public readonly record struct StageMoveResult(StageMoveOutcome Outcome, string? Problem = null);
