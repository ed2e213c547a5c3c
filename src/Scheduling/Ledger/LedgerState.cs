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

    /// <summary>The newest generation that was given out; never starts over.</summary>
    public long LastGeneration { get; init; }

    /// <summary>GPUs that a namespace holds.</summary>
    public int HeldIn(string namespaceName) =>
        Entries.Values.Where(entry => entry.Claim.Namespace == namespaceName).Sum(entry => entry.HeldGpus);

    /// <summary>GPUs of a node that nobody holds.</summary>
    public int FreeOn(string node)
    {
        if (!Nodes.TryGetValue(node, out var shape))
        {
            return 0;
        }

        var held = Entries.Values.SelectMany(entry => entry.Held())
            .Count(gpu => gpu.Node == node && shape.Has(gpu.Gpu));
        return shape.UsableGpus - held;
    }
}
