using System.Collections.Immutable;

namespace Sluice.Scheduling.Ledger;

/// <summary>
/// Writes decisions into a copy of the ledger. Who holds what is looked up once, however many decisions there are.
/// </summary>
internal sealed class DecisionWriter
{
    private readonly LedgerState _state;
    private readonly DateTimeOffset _now;
    private readonly ImmutableSortedDictionary<string, LedgerEntry>.Builder _entries;
    private readonly List<LedgerEntry> _admitted = [];
    private readonly Lazy<Dictionary<(string Node, int Gpu), string>> _holders;
    private readonly Lazy<Dictionary<string, int>> _allocated;
    private long _lastGeneration;

    public DecisionWriter(LedgerState state, DateTimeOffset now)
    {
        (_state, _now, _lastGeneration) = (state, now, state.LastGeneration);
        _entries = state.Entries.ToBuilder();
        _holders = new(() => state.Entries.Values
            .SelectMany(entry => entry.Held().Select(gpu => (gpu, entry.Uid)))
            .ToDictionary(one => one.gpu, one => one.Uid));
        _allocated = new(state.AllocatedByNamespace);
    }

    /// <exception cref="InvalidOperationException">The ledger cannot hold it: a fault of the policy.</exception>
    public void Write(Decision decision)
    {
        var entry = _entries[decision.Uid];
        switch (decision)
        {
            case Admit admit:
                Assign(entry, admit.GpuCount, admit.Blocks, admit.Reason);
                break;
            case Resize resize:
                Assign(entry, resize.GpuCount, resize.Blocks, resize.Reason);
                break;
            case Preempt:
                Revoke(entry, decision.Reason);
                break;
            case Defer defer:
                Put(entry with { Pending = defer.Change });
                break;
            case CancelPending:
                Put(entry with { Pending = null });
                break;
            case Wait:
                Put(entry with { Reason = decision.Reason, DecidedAt = _now });
                break;
            default:
                throw new InvalidOperationException($"unknown decision {decision.GetType().Name}");
        }
    }

    public LedgerState Finish()
    {
        CountOvertaken();
        return _state with { Entries = _entries.ToImmutable(), LastGeneration = _lastGeneration };
    }

    private void Assign(LedgerEntry entry, int gpuCount, ImmutableArray<GpuBlock> blocks, string reason)
    {
        var given = blocks.SelectMany(block => block.Gpus.Select(gpu => (block.Node, Gpu: gpu))).ToHashSet();
        CheckGpus(entry, gpuCount, blocks, given);
        var next = entry with
        {
            Generation = ++_lastGeneration,
            IsAdmitted = true,
            GpuCount = gpuCount,
            Blocks = blocks,
            Lingering = GroupByNode(entry.Held().Where(gpu => !given.Contains(gpu))),
            Reason = reason,
            DecidedAt = _now,
            Pending = null,
            RevokedAt = null,
            Overtaken = 0,
            WaitedSeconds = entry.IsAdmitted
                ? entry.WaitedSeconds
                : Math.Max(0, (_now - DateTimeOffset.UnixEpoch).TotalSeconds - entry.WaitsSince),
        };
        CheckQuota(entry, next.HeldGpus);
        foreach (var gpu in given)
        {
            _holders.Value[gpu] = entry.Uid;
        }

        Put(next);
        if (!entry.IsAdmitted)
        {
            _admitted.Add(entry);
        }
    }

    private void CheckGpus(
        LedgerEntry entry, int gpuCount, ImmutableArray<GpuBlock> blocks, HashSet<(string Node, int Gpu)> given)
    {
        var name = entry.Claim.JobName;
        if (blocks.Length != entry.Claim.Replicas || blocks.Any(block => block.Gpus.Length != gpuCount))
        {
            throw new InvalidOperationException(
                $"{name}: {entry.Claim.Replicas} blocks of {gpuCount} GPUs expected, got {string.Join(' ', blocks)}");
        }

        foreach (var (node, gpu) in given)
        {
            if (!_state.Nodes.TryGetValue(node, out var shape) || !shape.Has(gpu))
            {
                throw new InvalidOperationException($"{name}: there is no GPU {gpu} on {node}");
            }

            if (_holders.Value.TryGetValue((node, gpu), out var holder) && holder != entry.Uid)
            {
                throw new InvalidOperationException($"{name}: GPU {gpu} on {node} is held by another job");
            }
        }

        if (given.Count != gpuCount * entry.Claim.Replicas)
        {
            throw new InvalidOperationException($"{name}: a GPU is given twice");
        }
    }

    /// <summary>A quota may be lowered under what is held already; then nothing more is given.</summary>
    private void CheckQuota(LedgerEntry entry, int heldGpus)
    {
        if (!_state.Quotas.TryGetValue(entry.Claim.Namespace, out var quota))
        {
            return;
        }

        var allocated = _allocated.Value[entry.Claim.Namespace] - entry.HeldGpus + heldGpus;
        if (heldGpus > entry.HeldGpus && allocated > quota.GpuCount)
        {
            throw new InvalidOperationException(
                $"{entry.Claim.JobName}: {heldGpus} GPUs are over the quota of {entry.Claim.Namespace}, "
                + $"{quota.GpuCount}");
        }

        _allocated.Value[entry.Claim.Namespace] = allocated;
    }

    private void Revoke(LedgerEntry entry, string reason) => Put(entry with
    {
        Generation = ++_lastGeneration,
        IsAdmitted = false,
        GpuCount = 0,
        Blocks = [],
        Lingering = GroupByNode(entry.Held()),
        Reason = reason,
        DecidedAt = _now,
        Pending = null,
        RevokedAt = _now,
        WaitedSeconds = 0,
    });

    /// <summary>Each job that was admitted has passed those that wait ahead of it.</summary>
    private void CountOvertaken()
    {
        if (_admitted.Count == 0)
        {
            return;
        }

        var waiting = QueueOrder.Sort(_entries.Values.Where(entry => entry.IsWaiting)).ToList();
        var admitted = QueueOrder.Sort(_admitted).ToList();
        var behind = admitted.Count;
        foreach (var entry in waiting)
        {
            while (behind > 0 && !QueueOrder.IsAhead(entry, admitted[^behind]))
            {
                behind--;
            }

            if (behind == 0)
            {
                return;
            }

            Put(entry with { Overtaken = entry.Overtaken + behind });
        }
    }

    private void Put(LedgerEntry entry) => _entries[entry.Uid] = entry;

    private static ImmutableArray<GpuBlock> GroupByNode(IEnumerable<(string Node, int Gpu)> gpus) =>
    [
        .. gpus.GroupBy(gpu => gpu.Node, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new GpuBlock(group.Key, [.. group.Select(gpu => gpu.Gpu).Distinct().Order()])),
    ];
}
