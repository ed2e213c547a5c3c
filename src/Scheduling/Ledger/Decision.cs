using System.Collections.Immutable;

namespace Sluice.Scheduling.Ledger;

/// <summary>What a policy decides for one job. Each carries its reason.</summary>
public abstract record Decision(string Uid, string Reason);

/// <summary>Let it in with these GPUs.</summary>
public sealed record Admit(string Uid, int GpuCount, ImmutableArray<GpuBlock> Blocks, string Reason)
    : Decision(Uid, Reason);

/// <summary>Change what a job that runs holds.</summary>
public sealed record Resize(string Uid, int GpuCount, ImmutableArray<GpuBlock> Blocks, string Reason)
    : Decision(Uid, Reason);

/// <summary>Take all its GPUs back; it waits again and goes on from its last checkpoint.</summary>
public sealed record Preempt(string Uid, string Reason) : Decision(Uid, Reason);

/// <summary>Change it at its next checkpoint.</summary>
public sealed record Defer(string Uid, PendingChange Change) : Decision(Uid, Change.Reason);

/// <summary>The change that waited for a checkpoint is not wanted any more.</summary>
public sealed record CancelPending(string Uid, string Reason) : Decision(Uid, Reason);

/// <summary>It goes on waiting; only the reason is new.</summary>
public sealed record Wait(string Uid, string Reason) : Decision(Uid, Reason);
