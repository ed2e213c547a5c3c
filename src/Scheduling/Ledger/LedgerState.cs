using System.Collections.Immutable;

namespace Sluice.Scheduling.Ledger;

/// <summary>
/// A capacity domain's truth about who holds which GPUs. Immutable; ordered, so that equal states plan alike.
/// </summary>
public sealed record LedgerState
{
    public static readonly LedgerState Empty = new();

    /// <summary>By name.</summary>
    public ImmutableSortedDictionary<string, LedgerNode> Nodes { get; init; } =
        ImmutableSortedDictionary.Create<string, LedgerNode>(StringComparer.Ordinal);

    /// <summary>By namespace.</summary>
    public ImmutableSortedDictionary<string, LedgerQuota> Quotas { get; init; } =
        ImmutableSortedDictionary.Create<string, LedgerQuota>(StringComparer.Ordinal);

    /// <summary>By uid.</summary>
    public ImmutableSortedDictionary<string, LedgerEntry> Entries { get; init; } =
        ImmutableSortedDictionary.Create<string, LedgerEntry>(StringComparer.Ordinal);

    /// <summary>The newest scalings without a name, by operation id.</summary>
    public ImmutableSortedDictionary<string, AnsweredScaling> Answered { get; init; } =
        ImmutableSortedDictionary.Create<string, AnsweredScaling>(StringComparer.Ordinal);

    /// <summary>What the newest jobs that are gone showed of their speed, by uid.</summary>
    public ImmutableSortedDictionary<string, FinishedJob> Finished { get; init; } =
        ImmutableSortedDictionary.Create<string, FinishedJob>(StringComparer.Ordinal);

    /// <summary>The newest generation that was given out; never starts over.</summary>
    public long LastGeneration { get; init; }

    /// <summary>GPUs that each namespace with a job in the ledger holds, which may be 0; others are left out.</summary>
    public Dictionary<string, int> AllocatedByNamespace()
    {
        var allocated = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in Entries.Values)
        {
            allocated[entry.Claim.Namespace] = allocated.GetValueOrDefault(entry.Claim.Namespace) + entry.HeldGpus;
        }

        return allocated;
    }

    /// <summary>GPUs of each node that nobody holds.</summary>
    public Dictionary<string, int> FreeByNode()
    {
        var free = Nodes.Values.ToDictionary(node => node.Name, node => node.UsableGpus, StringComparer.Ordinal);
        foreach (var (node, gpu) in Entries.Values.SelectMany(entry => entry.Held()))
        {
            if (Nodes.TryGetValue(node, out var shape) && shape.Has(gpu))
            {
                free[node]--;
            }
        }

        return free;
    }
}
