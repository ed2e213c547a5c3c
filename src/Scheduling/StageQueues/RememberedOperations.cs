using System.Collections.Immutable;

namespace Sluice.Scheduling.StageQueues;

/// <summary>What jobs remember of operations, so that a repeat is told from a second request.</summary>
internal static class RememberedOperations
{
    /// <summary>How long a client's key, or what was done with a lease, is remembered.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    /// <summary>How long a move that carried neither is taken for the cause of its repeats.</summary>
    public static readonly TimeSpan RepeatWindow = TimeSpan.FromMinutes(2);

    /// <summary>Clients' keys a job, of hand-outs and of moves each; the oldest go first.</summary>
    private const int MaxKeys = 16;

    /// <summary>
    /// Other moves a job: one that was moved on quickly must still know a call that was under way for seconds.
    /// </summary>
    private const int MaxMoves = 16;

    /// <summary>Where operations are remembered that a call may name without its job.</summary>
    public static IEnumerable<string> Of(ListedJob job)
    {
        if (job.Hand?.OperationId is { } operation)
        {
            yield return operation;
        }

        foreach (var key in job.Keys)
        {
            yield return key.Key;
        }

        foreach (var move in job.Moves)
        {
            if (move.IsKey)
            {
                yield return move.OperationId!;
            }
        }
    }

    /// <summary>The job of each operation; of a key that was used again after its time, the newest.</summary>
    public static IEnumerable<KeyValuePair<string, long>> NewestOf(IEnumerable<ListedJob> jobs)
    {
        var newest = new Dictionary<string, (long Id, DateTimeOffset At)>(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            foreach (var operation in Of(job))
            {
                var at = UsedAt(job, operation);
                if (!newest.TryGetValue(operation, out var other) || at > other.At)
                {
                    newest[operation] = (job.Id, at);
                }
            }
        }

        return newest.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Id));
    }

    /// <summary>What a client's key was used for at a job; null: nothing, or too long ago.</summary>
    public static string? RequestOf(ListedJob job, string key, DateTimeOffset now) =>
        FindHandOut(job, key, now)?.Request
        ?? job.Moves.LastOrDefault(move => move.IsKey && move.OperationId == key && IsFresh(move.At, now))?.Request;

    public static HandOutKey? FindHandOut(ListedJob job, string key, DateTimeOffset now) =>
        job.Keys.LastOrDefault(entry => entry.Key == key && IsFresh(entry.At, now));

    public static ImmutableArray<HandOutKey> Remember(ImmutableArray<HandOutKey> keys, HandOutKey key) =>
        [.. keys.Where(entry => IsFresh(entry.At, key.At)).TakeLast(MaxKeys - 1), key];

    public static ImmutableArray<DoneMove> Remember(ImmutableArray<DoneMove> moves, DoneMove move)
    {
        if (moves.IsEmpty)
        {
            return [move];
        }

        var keys = moves.Count(IsFreshKey);
        var others = moves.Count(IsFreshOther);
        var kept = ImmutableArray.CreateBuilder<DoneMove>();
        foreach (var entry in moves)
        {
            if (IsFreshKey(entry) ? keys-- < MaxKeys : IsFreshOther(entry) && others-- < MaxMoves)
            {
                kept.Add(entry);
            }
        }

        kept.Add(move);
        return kept.DrainToImmutable();

        bool IsFreshKey(DoneMove entry) => entry.IsKey && IsFresh(entry.At, move.At);

        bool IsFreshOther(DoneMove entry) => !entry.IsKey
            && move.At - entry.At < (entry.HandOut is null ? RepeatWindow : KeyLifetime);
    }

    private static bool IsFresh(DateTimeOffset at, DateTimeOffset now) => now - at < KeyLifetime;

    private static DateTimeOffset UsedAt(ListedJob job, string operation) =>
        job.Keys.Where(key => key.Key == operation).Select(key => key.At)
            .Concat(job.Moves.Where(move => move.IsKey && move.OperationId == operation).Select(move => move.At))
            .DefaultIfEmpty(job.Since)
            .Max();
}
