namespace Sluice.Grains.Capacity;

/// <summary>What the ledger keeps beside its entries, nodes and quotas.</summary>
/// <param name="LastGeneration">The newest generation given out; never starts over.</param>
public sealed record LedgerHead(long LastGeneration);
