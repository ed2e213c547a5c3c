namespace Sluice.Grains.Capacity;

/// <summary>Wakes the courier of this process when a ledger has decided something.</summary>
public sealed class DecisionSignal : Signal;
