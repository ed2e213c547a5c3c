using System.Text.Json;
using Sluice.Grains.Capacity;
using Sluice.Grains.Interfaces;

namespace Sluice.Storage.Archives;

/// <summary>
/// An archive is older than what happened after it. Executors may still have runs under generations that it does not
/// know; the ledgers that are put back must not give the same ones out again, for something else.
/// </summary>
internal static class RestoredLedgers
{
    /// <summary>The rows as they are to be stored, in their order.</summary>
    /// <exception cref="InvalidDataException">The head of a ledger cannot be read.</exception>
    public static IEnumerable<ArchiveRow> Raise(IEnumerable<ArchiveRow> rows)
    {
        // Its entries have come; its head would come next.
        string? headless = null;
        foreach (var row in rows)
        {
            var owned = row as ArchivedRow;
            if (headless is not null && (owned?.Owner != headless || Follows(owned.Collection, LedgerRows.Heads)))
            {
                yield return Head(headless, null);
                headless = null;
            }

            if (owned is null || !owned.Owner.StartsWith($"{GrainKeys.CapacityKind}/", StringComparison.Ordinal))
            {
                yield return row;
            }
            else if (owned.Collection == LedgerRows.Heads)
            {
                headless = null;
                yield return Head(owned.Owner, owned.Body);
            }
            else
            {
                headless = owned.Collection == LedgerRows.Entries ? owned.Owner : headless;
                yield return row;
            }
        }

        if (headless is not null)
        {
            yield return Head(headless, null);
        }
    }

    private static bool Follows(string collection, string other) => string.CompareOrdinal(collection, other) > 0;

    private static ArchivedRow Head(string owner, byte[]? body)
    {
        try
        {
            return new(owner, LedgerRows.Heads, LedgerRows.Heads, LedgerRows.RestoredHead(body));
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"the head of {owner} cannot be read: {wrong.Message}", wrong);
        }
    }
}
