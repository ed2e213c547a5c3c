using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Simulation.Checks;

/// <summary>
/// What a plan was made on and what it comes to, counted anew. Where the order of decisions inside the plan matters it
/// gives bounds: what is false outside of them is false whatever the order was.
/// </summary>
internal sealed class Outlook
{
    private const string GivenUp = ": they are being given up by other jobs";

    private readonly LedgerState _snapshot;
    private readonly Dictionary<string, Decision> _decisions;
    private readonly HashSet<(string Node, int Gpu)> _free;

    public Outlook(LedgerState snapshot, ImmutableArray<Decision> decisions)
    {
        _snapshot = snapshot;
        _decisions = decisions.ToDictionary(decision => decision.Uid, StringComparer.Ordinal);
        _free =
        [
            .. snapshot.Nodes.Values.SelectMany(
                node => Enumerable.Range(0, node.GpuCount).Where(node.Has).Select(gpu => (node.Name, gpu))),
        ];
        Gpus = _free.Count;
        foreach (var entry in snapshot.Entries.Values)
        {
            _free.ExceptWith(entry.Held());
        }
    }

    /// <summary>All that are there.</summary>
    private int Gpus { get; }

    /// <summary>Some job waits for what others give up: what is reserved for it is in no decision.</summary>
    public bool IsAnyReserved => _snapshot.Entries.Values.Any(IsReserving);

    public override string ToString() => $"{_free.Count} of {Gpus} GPUs were free";

    public static long Needs(LedgerEntry entry) => (long)entry.Claim.GpuReq * entry.Claim.Replicas;

    public bool IsAnyGone(LedgerEntry entry) => entry.Blocks.Any(block =>
        block.Gpus.Any(gpu => !(_snapshot.Nodes.TryGetValue(block.Node, out var node) && node.Has(gpu))));

    public bool CouldEverHold(JobClaim claim) => Holds(claim, _snapshot.Nodes.Values.Select(node => node.UsableGpus));

    /// <summary>GPUs that nobody held before the decision.</summary>
    public int Taken(Decision? decision) => Blocks(decision).Sum(block =>
        block.Gpus.Count(gpu => _free.Contains((block.Node, gpu))));

    /// <summary>How many were free when the job had its turn, at least and at most.</summary>
    public (int Least, int Most) FreeFor(LedgerEntry entry)
    {
        var ahead = _snapshot.Entries.Values.Where(other => other.IsWaiting && QueueOrder.IsAhead(other, entry))
            .ToList();
        var free = _free.Count - ahead.Sum(other => Taken(DecisionOf(other)))
            - _snapshot.Entries.Values.Where(other => other.IsAdmitted && IsAnyGone(other))
                .Sum(other => Taken(DecisionOf(other)));
        return (ahead.Exists(IsReserving) ? 0 : free, free);
    }

    /// <summary>True where the gang fits on what is still free once all of the plan is done.</summary>
    public bool IsRoomLeft(JobClaim claim)
    {
        var given = _decisions.Values.SelectMany(decision => Blocks(decision))
            .SelectMany(block => block.Gpus.Select(gpu => (block.Node, gpu))).ToHashSet();
        return Holds(claim, _snapshot.Nodes.Keys.Select(
            node => _free.Count(gpu => gpu.Node == node && !given.Contains(gpu))));
    }

    /// <summary>GPUs that are there, and that no other job is to have after the plan.</summary>
    public int FreeOrComing(LedgerEntry entry) => Gpus - _snapshot.Entries.Values
        .Where(other => other.Uid != entry.Uid).Sum(PlannedFor);

    public int? QuotaOf(LedgerEntry entry) => _snapshot.Quotas.GetValueOrDefault(entry.Claim.Namespace)?.GpuCount;

    /// <summary>True where its least fits in its quota beside the most that all others may have counted for.</summary>
    /// <param name="entry">The job.</param>
    /// <param name="withOwn">True: what it holds itself counts as well.</param>
    public bool FitsInQuota(LedgerEntry entry, bool withOwn = false) => QuotaOf(entry) is not { } quota
        || Needs(entry) + _snapshot.Entries.Values
            .Where(other => other.Claim.Namespace == entry.Claim.Namespace && (withOwn || other.Uid != entry.Uid))
            .Sum(other => other.HeldGpus + Taken(DecisionOf(other)) + (IsReserving(other) ? Needs(other) : 0))
        <= quota;

    /// <summary>True: that job is in front and still waits, though others went past it.</summary>
    public bool IsPassed(string jobName, LedgerEntry by) => _snapshot.Entries.Values.Any(entry =>
        entry.Claim.JobName == jobName && entry is { IsWaiting: true, Overtaken: > 0 } && QueueOrder.IsAhead(entry, by)
        && DecisionOf(entry) is not Admit);

    private Decision? DecisionOf(LedgerEntry entry) => _decisions.GetValueOrDefault(entry.Uid);

    private bool IsReserving(LedgerEntry entry) => entry.IsWaiting && DecisionOf(entry) is not Admit
        && (DecisionOf(entry)?.Reason ?? entry.Reason).EndsWith(GivenUp, StringComparison.Ordinal);

    private int PlannedFor(LedgerEntry entry) => DecisionOf(entry) switch
    {
        Admit or Resize => Blocks(DecisionOf(entry)).Sum(block => block.Gpus.Length),
        Preempt => 0,
        Defer defer => Math.Min(defer.Change.GpuCount, entry.GpuCount) * entry.Claim.Replicas,
        _ when !entry.IsAdmitted || entry.Claim.IsEnding => 0,
        CancelPending or null when entry.Pending is null || DecisionOf(entry) is CancelPending =>
            entry.GpuCount * entry.Claim.Replicas,
        _ => Math.Min(entry.Pending?.GpuCount ?? entry.GpuCount, entry.GpuCount) * entry.Claim.Replicas,
    };

    private static bool Holds(JobClaim claim, IEnumerable<int> gpusByNode) => claim.GpuReq == 0
        ? gpusByNode.Any()
        : gpusByNode.Sum(gpus => (long)gpus / claim.GpuReq) >= claim.Replicas;

    private static ImmutableArray<GpuBlock> Blocks(Decision? decision) => decision switch
    {
        Admit admit => admit.Blocks,
        Resize resize => resize.Blocks,
        _ => [],
    };
}
