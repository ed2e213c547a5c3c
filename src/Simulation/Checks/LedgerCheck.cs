using Sluice.Grains.Capacity;
using Sluice.Grains.Events;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Watches the ledger's commits: no GPU held twice, none given out that is not there, none free before what ran on it
/// is gone, no namespace raised over its quota, a due row for all that waits for a time, a reason for every decision,
/// told in the same commit.
/// </summary>
internal sealed class LedgerCheck(Action<string, string> fail, Action<string> count)
{
    private readonly SortedDictionary<string, LedgerEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerQuota> _quotas = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Node, int Gpu), string> _holders = [];
    private long _lastGeneration;

    /// <summary>True where processes of the uid use the GPU.</summary>
    public Func<string, (string Node, int Gpu), bool> IsInUse { get; set; } = (_, _) => false;

    /// <summary>By uid, as committed.</summary>
    public IReadOnlyDictionary<string, LedgerEntry> Entries => _entries;

    public string? HolderOf((string Node, int Gpu) gpu) => _holders.GetValueOrDefault(gpu);

    public void Committed(RowBatch batch)
    {
        var written = LedgerRows.Read(batch.Upserts);
        foreach (var (collection, key) in batch.Deletes)
        {
            _ = collection switch
            {
                "node" => _nodes.Remove(key),
                "quota" => _quotas.Remove(key),
                _ => false,
            };
        }

        foreach (var node in written.Nodes.Values)
        {
            _nodes[node.Name] = node;
        }

        foreach (var quota in written.Quotas.Values)
        {
            _quotas[quota.Namespace] = quota;
        }

        var held = _quotas.Keys.ToDictionary(name => name, HeldIn);
        var deleted = batch.Deletes.Where(row => row.Collection == "entry").Select(row => row.Key).ToList();
        foreach (var uid in deleted)
        {
            Release(uid, []);
        }

        foreach (var entry in written.Entries.Values)
        {
            Release(entry.Uid, [.. entry.Held()]);
        }

        foreach (var entry in written.Entries.Values)
        {
            Take(entry);
        }

        JudgeGenerations(batch, written);
        var told = Told(batch);
        foreach (var entry in written.Entries.Values)
        {
            var before = _entries.GetValueOrDefault(entry.Uid);
            Judge(before, entry);
            Fail(entry.Generation != (before?.Generation ?? 0) && !told.Contains((entry.Uid, entry.Generation)),
                Promises.DecisionsAreTold,
                $"nothing tells of generation {entry.Generation} of {entry.Claim.JobName} ({entry.Uid})");
            _entries[entry.Uid] = entry;
        }

        deleted.ForEach(uid => _entries.Remove(uid));
        foreach (var (name, before) in held)
        {
            Fail(_quotas.TryGetValue(name, out var quota) && HeldIn(name) > Math.Max(quota.GpuCount, before),
                Promises.HeldIsWithinQuota, $"{name} holds {HeldIn(name)} of {quota?.GpuCount}");
        }

        // A crash right after this commit leaves the due row alone to bring the change about.
        foreach (var entry in _entries.Values.Where(entry =>
            entry.Pending is { } pending && !(batch.DueAt <= pending.DeadlineAt)))
        {
            fail(Promises.WakeUpsAreStored,
                $"{entry.Claim.JobName} is to change by {entry.Pending!.DeadlineAt:O}, the wake-up is {batch.DueAt:O}");
        }

    }

    /// <summary>What is new lies between the head before and the head that the same commit writes, each once.</summary>
    private void JudgeGenerations(RowBatch batch, LedgerState written)
    {
        var hasHead = batch.Upserts.Any(row => row.Collection == "head");
        Fail(hasHead && written.LastGeneration <= _lastGeneration, Promises.GenerationsNeverStartOver,
            $"{written.LastGeneration} after {_lastGeneration}");
        var head = Math.Max(_lastGeneration, written.LastGeneration);
        var given = new HashSet<long>();
        foreach (var entry in written.Entries.Values
            .Where(entry => entry.Generation != (_entries.GetValueOrDefault(entry.Uid)?.Generation ?? 0)))
        {
            Fail(entry.Generation <= _lastGeneration || entry.Generation > head || !given.Add(entry.Generation),
                Promises.GenerationsAreUnique,
                $"{entry.Claim.JobName} gets {entry.Generation}, the heads are {_lastGeneration} and {head}");
        }

        _lastGeneration = head;
    }

    private static HashSet<(string Uid, long Generation)> Told(RowBatch batch) =>
    [
        .. batch.Events.Select(happened => EventViews.Of(new(0, happened)))
            .Where(happened => happened is { Uid: not null, Generation: not null, Reason.Length: > 0 })
            .Select(happened => (happened.Uid!, happened.Generation!.Value)),
    ];

    private void Release(string uid, HashSet<(string Node, int Gpu)> kept)
    {
        if (!_entries.TryGetValue(uid, out var before))
        {
            return;
        }

        foreach (var gpu in before.Held().Where(gpu => !kept.Contains(gpu)))
        {
            Fail(IsInUse(uid, gpu), Promises.GpusAreFreeOnceConfirmed,
                $"{gpu} of {before.Claim.JobName} ({uid}) is free, and its processes use it");
            _holders.Remove(gpu);
        }
    }

    private void Take(LedgerEntry entry)
    {
        var before = _entries.TryGetValue(entry.Uid, out var known) ? known.Held().ToHashSet() : [];
        foreach (var gpu in entry.Held())
        {
            if (_holders.TryGetValue(gpu, out var other) && other != entry.Uid)
            {
                fail(Promises.NoGpuIsHeldTwice,
                    $"{gpu} is held by {other} and given to {entry.Claim.JobName} ({entry.Uid})");
            }

            if (!before.Contains(gpu))
            {
                Fail(!_nodes.TryGetValue(gpu.Node, out var node) || !node.Has(gpu.Gpu),
                    Promises.HeldIsWithinAllocatable,
                    $"{gpu} is given to {entry.Claim.JobName}, and is not there");
            }

            _holders[gpu] = entry.Uid;
        }
    }

    private int HeldIn(string name) =>
        _entries.Values.Where(entry => entry.Claim.Namespace == name).Sum(entry => entry.HeldGpus);

    private void Judge(LedgerEntry? before, LedgerEntry after)
    {
        Fail(after.Generation < (before?.Generation ?? 0), Promises.GenerationsNeverStartOver,
            $"{after.Claim.JobName} went from {before?.Generation} to {after.Generation}");
        Fail(after.Reason.Length == 0 || (after.Generation > 0 && after.Reason == "new")
                || after.Pending is { Reason.Length: 0 },
            Promises.DecisionsHaveReasons, $"{after.Claim.JobName} has none");
        // A request that is raised while a job runs does not stop it, so only the admission knows a least.
        var isWithinRange = !after.IsAdmitted || after.Generation == before?.Generation
            || (after.GpuCount <= Math.Max(after.Claim.GpuReq, after.Claim.GpuLim)
                && (before?.IsAdmitted == true || after.GpuCount >= after.Claim.GpuReq));
        Fail(!isWithinRange, Promises.GpusAreWithinRange,
            $"{after.Claim.JobName}: {after.GpuCount} of {after.Claim.GpuReq} to {after.Claim.GpuLim}: {after.Reason}");
        if (after.Generation == before?.Generation)
        {
            return;
        }

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
