namespace Sluice.Scheduling.Ledger;

/// <summary>
/// The rules of the ledger. GPUs that a job gets are held from the decision on; GPUs that it gives up linger until
/// its executor has confirmed that nothing of the older generations runs; only then are they free.
/// </summary>
public static class CapacityLedger
{
    /// <summary>Answers of scalings that are remembered; the gateway repeats a call within seconds or never.</summary>
    public const int MaxAnswered = 64;

    /// <summary>Jobs that are gone whose histories are kept.</summary>
    public const int MaxFinished = 200;

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
            return KeepFinished(state, claim.History.IsEmpty ? entry.Claim : claim) with
            {
                Entries = state.Entries.Remove(claim.Uid),
            };
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

    /// <summary>What it has shown of its speed stays a while; one that showed nothing leaves nothing.</summary>
    private static LedgerState KeepFinished(LedgerState state, JobClaim claim)
    {
        if (!(claim.TotalEpochs > 0) || claim.History.All(stretch => stretch.SecondsPerEpoch is null))
        {
            return state;
        }

        var number = state.Finished.Values.Select(one => one.Number).DefaultIfEmpty().Max() + 1;
        var all = state.Finished.SetItem(claim.Uid, new(
            claim.Uid, number, claim.Replicas, claim.GpuReq, claim.GpuLim, claim.TotalEpochs)
        {
            History = claim.History,
        });
        var forgotten = all.Values.OrderByDescending(one => one.Number).Skip(MaxFinished);
        return state with { Finished = all.RemoveRange(forgotten.Select(one => one.Uid)) };
    }

    /// <summary>Writes decisions into the ledger, in their order.</summary>
    /// <exception cref="InvalidOperationException">
    /// A decision gives out a GPU that is not there or is held by another, or more than a quota allows: a fault of the
    /// policy, and nothing is changed.
    /// </exception>
    public static LedgerState Apply(LedgerState state, IEnumerable<Decision> decisions, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        var writer = new DecisionWriter(state, now);
        foreach (var decision in decisions)
        {
            writer.Write(decision);
        }

        return writer.Finish();
    }
}
