using System.Collections.Immutable;

namespace Sluice.Scheduling.Ledger;

/// <summary>
/// The rules of the ledger. GPUs that a job gets are held from the decision on; GPUs that it gives up linger until
/// its executor has confirmed that nothing of the older generations runs; only then are they free.
/// </summary>
public static class CapacityLedger
{
    /// <summary>Answers of scalings that are remembered; the gateway repeats a call within seconds or never.</summary>
    public const int MaxAnswered = 64;

    /// <summary>Takes over what a job's row says. Repeats and older claims change nothing.</summary>
    public static LedgerState Observe(LedgerState state, JobClaim claim)
    {
        if (!state.Entries.TryGetValue(claim.Uid, out var entry))
        {
            return claim.IsEnded
                ? state
                : state with { Entries = state.Entries.Add(claim.Uid, new LedgerEntry { Claim = claim }) };
        }

        if (claim.IsEnded)
        {
            return state with { Entries = state.Entries.Remove(claim.Uid) };
        }

        var next = entry with
        {
            // A deleted job's row tells its uid alone; what it holds counts in its namespace until it is confirmed
            // gone.
            Claim = claim.IsEnding ? claim with { Namespace = entry.Claim.Namespace } : claim,
            Lingering = claim.ConfirmedGeneration >= entry.Generation ? [] : entry.Lingering,
            Pending = claim.IsEnding ? null : entry.Pending,
        };
        return next == entry ? state : state with { Entries = state.Entries.SetItem(claim.Uid, next) };
    }

    /// <summary>A uid whose row is gone: nothing of it can be running any more.</summary>
    public static LedgerState Forget(LedgerState state, string uid) =>
        state.Entries.ContainsKey(uid) ? state with { Entries = state.Entries.Remove(uid) } : state;

    /// <summary>Replaces the nodes and quotas of one executor.</summary>
    public static LedgerState ReportNodes(
        LedgerState state, string executor, IEnumerable<LedgerNode> nodes, IEnumerable<LedgerQuota> quotas)
    {
        var otherNodes = state.Nodes.Where(pair => pair.Value.Executor != executor);
        var otherQuotas = state.Quotas.Where(pair => pair.Value.Executor != executor);
        return state with
        {
            Nodes = state.Nodes.Clear()
                .AddRange(otherNodes)
                .SetItems(nodes.Select(node => KeyValuePair.Create(node.Name, node))),
            Quotas = state.Quotas.Clear()
                .AddRange(otherQuotas)
                .SetItems(quotas.Select(quota => KeyValuePair.Create(quota.Namespace, quota))),
        };
    }

    /// <summary>Sets or clears the cap that somebody asked for.</summary>
    public static LedgerState SetCap(LedgerState state, string uid, int? cap) =>
        state.Entries.TryGetValue(uid, out var entry) && entry.Cap != cap
            ? state with { Entries = state.Entries.SetItem(uid, entry with { Cap = cap }) }
            : state;

    /// <summary>Remembers an answer under its operation id, and forgets the oldest beyond the limit.</summary>
    public static LedgerState Remember(LedgerState state, AnsweredScaling answered)
    {
        var number = state.Answered.Values.Select(one => one.Number).DefaultIfEmpty().Max() + 1;
        var all = state.Answered.SetItem(answered.OperationId, answered with { Number = number });
        var forgotten = all.Values.OrderByDescending(one => one.Number).Skip(MaxAnswered);
        return state with { Answered = all.RemoveRange(forgotten.Select(one => one.OperationId)) };
    }

    /// <summary>Writes decisions into the ledger, in their order.</summary>
    /// <exception cref="InvalidOperationException">
    /// A decision gives out a GPU that is not there or is held by another, or more than a quota allows: a fault of the
    /// policy, and nothing is changed.
    /// </exception>
    public static LedgerState Apply(LedgerState state, IEnumerable<Decision> decisions, DateTimeOffset now)
    {
        var next = state;
        foreach (var decision in decisions)
        {
            next = Apply(next, decision, now);
        }

        return next;
    }

    private static LedgerState Apply(LedgerState state, Decision decision, DateTimeOffset now)
    {
        var entry = state.Entries[decision.Uid];
        switch (decision)
        {
            case Admit admit:
                return Assign(state, entry, admit.GpuCount, admit.Blocks, admit.Reason, now);
            case Resize resize:
                return Assign(state, entry, resize.GpuCount, resize.Blocks, resize.Reason, now);
            case Preempt:
                return Revoke(state, entry, decision.Reason, now);
            case Defer defer:
                return Put(state, entry with { Pending = defer.Change });
            case CancelPending:
                return Put(state, entry with { Pending = null });
            case Wait:
                return Put(state, entry with { Reason = decision.Reason, DecidedAt = now });
            default:
                throw new InvalidOperationException($"unknown decision {decision.GetType().Name}");
        }
    }

    private static LedgerState Assign(
        LedgerState state, LedgerEntry entry, int gpuCount, ImmutableArray<GpuBlock> blocks, string reason,
        DateTimeOffset now)
    {
        if (blocks.Length != entry.Claim.Replicas || blocks.Any(block => block.Gpus.Length != gpuCount))
        {
            throw new InvalidOperationException(
                $"{entry.Claim.JobName}: {entry.Claim.Replicas} blocks of {gpuCount} GPUs expected, "
                + $"got {string.Join(' ', blocks)}");
        }

        var others = state.Entries.Values.Where(other => other.Uid != entry.Uid)
            .SelectMany(other => other.Held()).ToHashSet();
        var given = blocks.SelectMany(block => block.Gpus.Select(gpu => (block.Node, Gpu: gpu))).ToHashSet();
        foreach (var (node, gpu) in given)
        {
            if (!state.Nodes.TryGetValue(node, out var shape) || !shape.Has(gpu))
            {
                throw new InvalidOperationException($"{entry.Claim.JobName}: there is no GPU {gpu} on {node}");
            }

            if (others.Contains((node, gpu)))
            {
                throw new InvalidOperationException(
                    $"{entry.Claim.JobName}: GPU {gpu} on {node} is held by another job");
            }
        }

        if (given.Count != gpuCount * entry.Claim.Replicas)
        {
            throw new InvalidOperationException($"{entry.Claim.JobName}: a GPU is given twice");
        }

        var next = entry with
        {
            Generation = state.LastGeneration + 1,
            IsAdmitted = true,
            GpuCount = gpuCount,
            Blocks = blocks,
            Lingering = GroupByNode(entry.Held().Where(gpu => !given.Contains(gpu))),
            Reason = reason,
            DecidedAt = now,
            Pending = null,
            Overtaken = 0,
        };
        CheckQuota(state, entry, next.HeldGpus);
        return PutOvertaking(state, entry, next);
    }

    /// <summary>A quota may be lowered under what is held already; then nothing more is given.</summary>
    private static void CheckQuota(LedgerState state, LedgerEntry entry, int heldGpus)
    {
        if (heldGpus > entry.HeldGpus && state.Quotas.TryGetValue(entry.Claim.Namespace, out var quota)
            && state.HeldIn(entry.Claim.Namespace) - entry.HeldGpus + heldGpus > quota.GpuCount)
        {
            throw new InvalidOperationException(
                $"{entry.Claim.JobName}: {heldGpus} GPUs are over the quota of {entry.Claim.Namespace}, "
                + $"{quota.GpuCount}");
        }
    }

    private static LedgerState Revoke(LedgerState state, LedgerEntry entry, string reason, DateTimeOffset now) =>
        Put(state with { LastGeneration = state.LastGeneration + 1 }, entry with
        {
            Generation = state.LastGeneration + 1,
            IsAdmitted = false,
            GpuCount = 0,
            Blocks = [],
            Lingering = GroupByNode(entry.Held()),
            Reason = reason,
            DecidedAt = now,
            Pending = null,
        });

    private static LedgerState PutOvertaking(LedgerState state, LedgerEntry before, LedgerEntry after)
    {
        var next = Put(state with { LastGeneration = after.Generation }, after);
        if (before.IsAdmitted)
        {
            return next;
        }

        var overtaken = next.Entries.Values.Where(entry => entry.IsWaiting && QueueOrder.IsAhead(entry, before));
        foreach (var waiting in overtaken)
        {
            next = Put(next, waiting with { Overtaken = waiting.Overtaken + 1 });
        }

        return next;
    }

    private static LedgerState Put(LedgerState state, LedgerEntry entry) =>
        state with { Entries = state.Entries.SetItem(entry.Uid, entry) };

    private static ImmutableArray<GpuBlock> GroupByNode(IEnumerable<(string Node, int Gpu)> gpus) =>
    [
        .. gpus.GroupBy(gpu => gpu.Node, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new GpuBlock(group.Key, [.. group.Select(gpu => gpu.Gpu).Distinct().Order()])),
    ];
}
