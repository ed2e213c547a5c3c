using Sluice.Grains.Interfaces.Jobs;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

/// <summary>A call to a domain that waits for its fold.</summary>
/// <param name="command">Null: only the ranking is asked for, which is complete before the ledger decides.</param>
internal sealed class CapacityCall(LedgerCommand? command) : LoopCommand
{
    private readonly TaskCompletionSource<(LedgerState, ScaleAnswer?)> _answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    public LedgerCommand? Command => command;

    /// <summary>The ledger as it was committed, and the answer of a scaling.</summary>
    public Task<(LedgerState Ledger, ScaleAnswer? Scaled)> Answer => _answer.Task;

    public void Complete(LedgerState ledger, ScaleAnswer? scaled = null) => _answer.SetResult((ledger, scaled));

    public override void Fail(Exception failure) => _answer.TrySetException(failure);
}
