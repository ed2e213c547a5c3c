using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Grains.Capacity;

/// <summary>What a call wants of the ledger; <see cref="LedgerFold"/> folds those that came.</summary>
public abstract record LedgerCommand;

/// <summary>To decide what follows from the rows committed so far.</summary>
public sealed record Settle : LedgerCommand;

/// <summary>
/// To give a job as many GPUs as fit, or as was wished. A wish holds for a job that waits as well: from its admission
/// on.
/// </summary>
/// <param name="Uid">The job's uid.</param>
/// <param name="Wish">GPUs a replica, 0 or more; null: as many as fit.</param>
public sealed record ScaleJob(string Uid, int? Wish) : LedgerCommand;

/// <summary>To scale up the job that the policy would choose.</summary>
/// <param name="OperationId">A repeat finds the answer of the first; null: every call counts.</param>
public sealed record ScaleBest(string? OperationId) : LedgerCommand;

/// <summary>To take over the nodes and quotas of an executor.</summary>
/// <param name="Report">All that it has.</param>
public sealed record TakeNodes(NodeReport Report) : LedgerCommand;
