using System.Collections.Immutable;
using Sluice.Grains.Capacity;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Watches the ledger's commits: no GPU held twice, none given out that is not there, none free before what ran on it
/// is gone, no namespace raised over its quota, none below its least or without all but where that may be, a due row
/// for all that waits for a time, each generation given out once, a reason for every decision, told in the same
/// commit.
/// </summary>
internal sealed class LedgerCheck(Action<string, string> fail, Action<string> count)
{
    private readonly SortedDictionary<(string Node, int Gpu), string> _holders = [];
    private readonly Recent<long, LedgerEntry> _decisions = new();

    /// <summary>True where processes of the uid use the GPU.</summary>
    public Func<string, (string Node, int Gpu), bool> IsInUse { get; set; } = (_, _) => false;

    /// <summary>Told of every version.</summary>
    public Action<LedgerState> Seen { get; set; } = _ => { };

    /// <summary>As committed. Claims may be older than the rows of their jobs: they are no reason to commit.</summary>
    public LedgerState State { get; private set; } = LedgerState.Empty;

    public string? HolderOf((string Node, int Gpu) gpu) => _holders.GetValueOrDefault(gpu);

    /// <summary>True: the ledger has committed just that.</summary>
    public bool IsDecided(Allocation allocation) =>
        _decisions.TryGet(allocation.Generation, out var entry)
        && (entry.Uid, entry.IsAdmitted, entry.GpuCount)
            == (allocation.Uid, allocation.IsAdmitted, allocation.GpuCount)
        && entry.Blocks.Length == allocation.Blocks.Length
        && entry.Blocks.Zip(allocation.Blocks).All(pair =>
            pair.First.Node == pair.Second.Node && pair.First.Gpus.SequenceEqual(pair.Second.Gpus));

    public void Committed(RowBatch batch)
    {
        var written = LedgerRows.Read(batch.Upserts);
        var before = State;
        var after = Merge(before, written, batch.Deletes);
        JudgeHolders(before, after, written);
        JudgeQuotas(before, after);
        JudgeGenerations(batch, before, after, written);
        JudgeWakeUp(batch, after);
        var told = Told(batch);
        foreach (var entry in written.Entries.Values)
        {
            var known = before.Entries.GetValueOrDefault(entry.Uid);
            Judge(known, entry, after);
            if (entry.Generation != (known?.Generation ?? 0))
            {
                _decisions.TryAdd(entry.Generation, entry);
                Fail(!told.Contains((entry.Uid, entry.Generation)), Promises.DecisionsAreTold,
                    $"nothing tells of generation {entry.Generation} of {entry.Claim.JobName} ({entry.Uid})");
            }
        }

        State = after;
        Seen(after);
    }

    private static LedgerState Merge(
        LedgerState before, LedgerState written, ImmutableArray<(string Collection, string Key)> deletes)
    {
        return new()
        {
            Nodes = before.Nodes.RemoveRange(Deleted("node")).SetItems(written.Nodes),
            Quotas = before.Quotas.RemoveRange(Deleted("quota")).SetItems(written.Quotas),
            Entries = before.Entries.RemoveRange(Deleted("entry")).SetItems(written.Entries),
            LastGeneration = Math.Max(before.LastGeneration, written.LastGeneration),
        };

        IEnumerable<string> Deleted(string collection) =>
            deletes.Where(row => row.Collection == collection).Select(row => row.Key);
    }

    private static HashSet<(string Uid, long Generation)> Told(RowBatch batch) =>
    [
        .. batch.Events.Select(happened => EventViews.Of(new(0, happened)))
            .Where(happened => happened is { Uid: not null, Generation: not null, Reason.Length: > 0 })
            .Select(happened => (happened.Uid!, happened.Generation!.Value)),
    ];

    private void JudgeHolders(LedgerState before, LedgerState after, LedgerState written)
    {
        foreach (var uid in before.Entries.Keys.Where(uid => !after.Entries.ContainsKey(uid)))
        {
            Release(before.Entries[uid], []);
        }

        foreach (var entry in written.Entries.Values)
        {
            if (before.Entries.TryGetValue(entry.Uid, out var known))
            {
                Release(known, [.. entry.Held()]);
            }
        }

        foreach (var entry in written.Entries.Values)
        {
            Take(before.Entries.GetValueOrDefault(entry.Uid), entry, after);
        }
    }

    private void Release(LedgerEntry before, HashSet<(string Node, int Gpu)> kept)
    {
        foreach (var gpu in before.Held().Where(gpu => !kept.Contains(gpu)))
        {
            Fail(IsInUse(before.Uid, gpu), Promises.GpusAreFreeOnceConfirmed,
                $"{gpu} of {before.Claim.JobName} ({before.Uid}) is free, and its processes use it");
            _holders.Remove(gpu);
        }
    }

    private void Take(LedgerEntry? before, LedgerEntry entry, LedgerState after)
    {
        var known = before?.Held().ToHashSet() ?? [];
        foreach (var gpu in entry.Held())
        {
            Fail(_holders.TryGetValue(gpu, out var other) && other != entry.Uid, Promises.NoGpuIsHeldTwice,
                $"{gpu} is held by {other} and given to {entry.Claim.JobName} ({entry.Uid})");
            Fail(!known.Contains(gpu) && !(after.Nodes.TryGetValue(gpu.Node, out var node) && node.Has(gpu.Gpu)),
                Promises.HeldIsWithinAllocatable, $"{gpu} is given to {entry.Claim.JobName}, and is not there");
            _holders[gpu] = entry.Uid;
        }
    }

    /// <summary>A quota may be lowered under what is held already; then nothing more is given.</summary>
    private void JudgeQuotas(LedgerState before, LedgerState after)
    {
        if (after.Quotas.IsEmpty)
        {
            return;
        }

        var (earlier, allocated) = (before.AllocatedByNamespace(), after.AllocatedByNamespace());
        foreach (var quota in after.Quotas.Values)
        {
            var held = allocated.GetValueOrDefault(quota.Namespace);
            Fail(held > quota.GpuCount && held > earlier.GetValueOrDefault(quota.Namespace), Promises.HeldIsWithinQuota,
                $"{quota.Namespace} holds {held} of {quota.GpuCount}");
        }
    }

    /// <summary>What is new lies between the head before and the head that the same commit writes, each once.</summary>
    private void JudgeGenerations(RowBatch batch, LedgerState before, LedgerState after, LedgerState written)
    {
        var hasHead = batch.Upserts.Any(row => row.Collection == "head");
        Fail(hasHead && written.LastGeneration <= before.LastGeneration, Promises.GenerationsNeverStartOver,
            $"{written.LastGeneration} after {before.LastGeneration}");
        var given = new HashSet<long>();
        foreach (var entry in written.Entries.Values
            .Where(entry => entry.Generation != (before.Entries.GetValueOrDefault(entry.Uid)?.Generation ?? 0)))
        {
            Fail(entry.Generation <= before.LastGeneration || entry.Generation > after.LastGeneration
                    || !given.Add(entry.Generation),
                Promises.GenerationsAreUnique,
                $"{entry.Claim.JobName} gets {entry.Generation}, the heads are {before.LastGeneration} and "
                + $"{after.LastGeneration}");
        }
    }

    /// <summary>A crash right after this commit leaves the due row alone to bring the change about.</summary>
    private void JudgeWakeUp(RowBatch batch, LedgerState after)
    {
        foreach (var entry in after.Entries.Values.Where(entry =>
            entry.Pending is { } pending && !(batch.DueAt <= pending.DeadlineAt)))
        {
            fail(Promises.WakeUpsAreStored,
                $"{entry.Claim.JobName} is to change by {entry.Pending!.DeadlineAt:O}, the wake-up is {batch.DueAt:O}");
        }
    }

    private void Judge(LedgerEntry? before, LedgerEntry after, LedgerState state)
    {
        Fail(after.Generation < (before?.Generation ?? 0), Promises.GenerationsNeverStartOver,
            $"{after.Claim.JobName} went from {before?.Generation} to {after.Generation}");
        Fail(after.Reason.Length == 0 || (after.Generation > 0 && after.Reason == "new")
                || after.Pending is { Reason.Length: 0 },
            Promises.DecisionsHaveReasons, $"{after.Claim.JobName} has none");
        if (after.Generation == before?.Generation)
        {
            return;
        }

        // A request that is raised while a job runs does not stop it: then it keeps what it has.
        var least = before is { IsAdmitted: true, GpuCount: var held }
            ? Math.Min(held, after.Claim.GpuReq)
            : after.Claim.GpuReq;
        var isWithinRange = !after.IsAdmitted
            || (after.GpuCount >= least && after.GpuCount <= Math.Max(after.Claim.GpuReq, after.Claim.GpuLim));
        Fail(!isWithinRange, Promises.GpusAreWithinRange,
            $"{after.Claim.JobName}: {after.GpuCount} of {after.Claim.GpuReq} to {after.Claim.GpuLim}: {after.Reason}");
        Fail(before is { IsAdmitted: true } && !after.IsAdmitted && !after.Claim.IsSuspendable
                && before.Blocks.All(block => block.Gpus.All(gpu =>
                    state.Nodes.TryGetValue(block.Node, out var node) && node.Has(gpu))),
            Promises.OnlySuspendableLoseAll, $"{after.Claim.JobName}: {after.Reason}");
        count((before?.IsAdmitted ?? false, after.IsAdmitted) switch
        {
            (false, true) => "decisions: admitted",
            (true, true) => "decisions: resized",
            (true, false) => "decisions: preempted",
            _ => "decisions: other",
        });
    }

    private void Fail(bool isBroken, string invariant, string what)
    {
        if (isBroken)
        {
            fail(invariant, what);
        }
    }
}
