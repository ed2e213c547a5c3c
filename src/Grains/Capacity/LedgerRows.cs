using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

/// <summary>The ledger as rows: one an entry, node, quota, remembered answer and finished job, and a head. Pure.</summary>
public static class LedgerRows
{
    /// <summary>The collection of the jobs that a ledger knows.</summary>
    public const string Entries = "entry";

    /// <summary>The collection, and the key, of the one row that counts.</summary>
    public const string Heads = "head";

    /// <summary>
    /// Generations that are left out where a ledger is put back from a backup: more than were given out since.
    /// </summary>
    public const long RestoreStep = 1_000_000;

    private const string Answers = "answer";
    private const string Finished = "finished";
    private const string Nodes = "node";
    private const string Quotas = "quota";

    /// <summary>Reads what was stored.</summary>
    public static LedgerState Read(ImmutableArray<OwnedRow> rows)
    {
        var state = LedgerState.Empty;
        foreach (var row in rows)
        {
            state = row.Collection switch
            {
                Entries => state with
                {
                    Entries = state.Entries.Add(row.Key, Parse(row, LedgerJsonContext.Default.LedgerEntry)),
                },
                Nodes => state with
                {
                    Nodes = state.Nodes.Add(row.Key, Parse(row, LedgerJsonContext.Default.LedgerNode)),
                },
                Quotas => state with
                {
                    Quotas = state.Quotas.Add(row.Key, Parse(row, LedgerJsonContext.Default.LedgerQuota)),
                },
                Answers => state with
                {
                    Answered = state.Answered.Add(row.Key, Parse(row, LedgerJsonContext.Default.AnsweredScaling)),
                },
                Finished => state with
                {
                    Finished = state.Finished.Add(row.Key, Parse(row, LedgerJsonContext.Default.FinishedJob)),
                },
                Heads => state with
                {
                    LastGeneration = Parse(row, LedgerJsonContext.Default.LedgerHead).LastGeneration,
                },
                _ => state,
            };
        }

        return state;
    }

    /// <summary>
    /// What must be written to get from one state to the other. Claims alone are no reason: they are read again from
    /// the rows of the jobs.
    /// </summary>
    public static RowDifference Difference(LedgerState before, LedgerState after)
    {
        var upserts = ImmutableArray.CreateBuilder<OwnedRow>();
        var deletes = ImmutableArray.CreateBuilder<(string, string)>();
        if (before.LastGeneration != after.LastGeneration)
        {
            upserts.Add(Row(Heads, Heads, new LedgerHead(after.LastGeneration), LedgerJsonContext.Default.LedgerHead));
        }

        Compare(Entries, before.Entries, after.Entries, LedgerJsonContext.Default.LedgerEntry,
            (old, entry) => old == (entry with { Claim = old.Claim }));
        Compare(Nodes, before.Nodes, after.Nodes, LedgerJsonContext.Default.LedgerNode, (old, node) => old == node);
        Compare(Quotas, before.Quotas, after.Quotas, LedgerJsonContext.Default.LedgerQuota,
            (old, quota) => old == quota);
        Compare(Answers, before.Answered, after.Answered, LedgerJsonContext.Default.AnsweredScaling,
            (old, answered) => old == answered);
        Compare(Finished, before.Finished, after.Finished, LedgerJsonContext.Default.FinishedJob,
            (old, finished) => old == finished);
        return new(upserts.ToImmutable(), deletes.ToImmutable());

        void Compare<T>(
            string collection,
            ImmutableSortedDictionary<string, T> old,
            ImmutableSortedDictionary<string, T> now,
            JsonTypeInfo<T> form,
            Func<T, T, bool> isSame)
        {
            if (ReferenceEquals(old, now))
            {
                return;
            }

            foreach (var (key, value) in now)
            {
                if (!old.TryGetValue(key, out var earlier) || !isSame(earlier, value))
                {
                    upserts.Add(Row(collection, key, value, form));
                }
            }

            deletes.AddRange(old.Keys.Where(key => !now.ContainsKey(key)).Select(key => (collection, key)));
        }
    }

    /// <summary>
    /// The head of a ledger that is put back from a backup. Generations that were given out after it are unknown, and
    /// executors may have runs under them: none is given out again, for something else.
    /// </summary>
    /// <param name="body">The head in the backup; null: it had none, as none was given out.</param>
    /// <exception cref="JsonException">It is no head.</exception>
    public static byte[] RestoredHead(byte[]? body)
    {
        var last = body is null
            ? 0
            : (JsonSerializer.Deserialize(body, LedgerJsonContext.Default.LedgerHead)
                ?? throw new JsonException("the head is null")).LastGeneration;
        return JsonSerializer.SerializeToUtf8Bytes(
            new LedgerHead(last + RestoreStep), LedgerJsonContext.Default.LedgerHead);
    }

    private static OwnedRow Row<T>(string collection, string key, T value, JsonTypeInfo<T> form) =>
        new(collection, key, JsonSerializer.SerializeToUtf8Bytes(value, form));

    private static T Parse<T>(OwnedRow row, JsonTypeInfo<T> form) =>
        JsonSerializer.Deserialize(row.Body.Span, form)
        ?? throw new InvalidDataException($"the ledger's row {row.Collection}/{row.Key} is empty");
}
