namespace Sluice.Scheduling.Ledger;

/// <summary>What was answered to a scaling without a name, so that a repeat of it scales no second job.</summary>
/// <param name="OperationId">Of the caller's operation.</param>
/// <param name="Number">From 1, in the order of the answers; the lowest is forgotten first.</param>
/// <param name="JobName">The job that was chosen.</param>
/// <param name="Previous">GPUs a replica before.</param>
/// <param name="Assigned">GPUs a replica from then on.</param>
/// <param name="AtNextCheckpoint">GPUs a replica from its next checkpoint on; null: nothing waited for one.</param>
/// <param name="Reason">Why, in words and numbers.</param>
public sealed record AnsweredScaling(
    string OperationId, long Number, string JobName, int Previous, int Assigned, int? AtNextCheckpoint, string Reason);
