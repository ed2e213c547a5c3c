using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Scheduling.Ledger;

namespace Sluice.Simulation.Checks;

/// <summary>What an answer says of what is stored.</summary>
/// <param name="IsTrue">Of the versions that were stored between question and answer.</param>
/// <param name="IsFromMemory">
/// True: nothing was written for it. While two servers run, the memory of one may be old, until there are read leases.
/// </param>
internal sealed record Claim(Func<AnswerCheck.Operation, bool> IsTrue, bool IsFromMemory = false)
{
    /// <summary>The same of what else the answer shows, which is from memory always.</summary>
    public Func<AnswerCheck.Operation, bool> Shown { get; private init; } = _ => true;

    /// <summary>Whether the answer holds.</summary>
    /// <param name="operation">That is answered.</param>
    /// <param name="isAlone">False: another server ran meanwhile.</param>
    public bool Holds(AnswerCheck.Operation operation, bool isAlone) =>
        (IsTrue(operation) || (IsFromMemory && !isAlone)) && (!isAlone || Shown(operation));

    /// <summary>True of a version of the job's row.</summary>
    public static Claim OfRow(Func<JobState, bool> isTrue, bool isFromMemory = false) =>
        new(operation => operation.Rows.Exists(row => isTrue(row)), isFromMemory);

    /// <summary>True of a version of the ledger.</summary>
    public static Claim OfLedger(Func<LedgerState, bool> isTrue, bool isFromMemory = false) =>
        new(operation => operation.Ledgers.Exists(ledger => isTrue(ledger)), isFromMemory);

    /// <summary>A resize that a trainer is told of is one that its job has taken over.</summary>
    public static Claim OfResize(Grains.Interfaces.Jobs.Resize? resize) => OfRow(row => resize is null
        || (row.Managed is { ShouldRun: true, Applied: { } applied }
            && (applied.GpuCount, applied.Generation) == (resize.Gpus, resize.Generation)));

    /// <summary>
    /// What a job has after a scaling, or why it cannot be scaled. One that gives or takes nothing commits nothing,
    /// unless it must be remembered, as that of the best candidate.
    /// </summary>
    /// <param name="answer">Of a scaling.</param>
    /// <param name="name">The job that was named; null: the best candidate.</param>
    public static Claim? OfScaling(ScaleAnswer answer, string? name) => answer.Outcome switch
    {
        ScaleOutcome.Done => new(operation => (name ?? answer.Name) == answer.Name
            && Of(answer.Name, operation).Any(entry => entry.GpuCount == answer.Previous)
            && Of(answer.Name, operation).Any(entry =>
                entry.GpuCount == answer.Assigned && entry.Pending?.GpuCount == answer.AtNextCheckpoint),
            IsFromMemory: name is not null && answer.Previous == answer.Assigned && answer.AtNextCheckpoint is null),
        ScaleOutcome.NotFound => OfRow(static row => row.Record is null, isFromMemory: true),
        ScaleOutcome.CannotChange when name is not null => new(CannotChange, IsFromMemory: true),
        _ => null,
    };

    /// <summary>The whole domain, at one time.</summary>
    public static Claim OfView(CapacityView view) => OfLedger(ledger => Shows(view, ledger), isFromMemory: true);

    /// <summary>A job at one time; its reason is in the ledger's words of then, or in its own.</summary>
    public static Claim OfDescription(JobDescription? description) => new(
        operation => operation.Rows.Exists(row => Describes(description, row)
            && (row.Managed is not { End: JobEnd.None, Uid: var uid }
                || description!.Reason == JobDescriptions.Of(row)!.Reason
                || operation.Ledgers.Exists(ledger => ledger.Entries.TryGetValue(uid, out var entry)
                    && description.Reason == Grains.Capacity.LedgerViews.Allocation(entry).Reason))),
        IsFromMemory: true);

    public static bool Same(JobRecord? one, JobRecord? other) => one is null || other is null
        ? one is null && other is null
        : one with { Extra = [] } == other with { Extra = [] }
            && one.Extra.AsSpan().SequenceEqual(other.Extra.AsSpan());

    /// <summary>Both, each of a version of its own.</summary>
    public Claim And(Claim other) => this with { IsTrue = operation => IsTrue(operation) && other.IsTrue(operation) };

    /// <summary>The record that comes with the answer holds too. It may be an old one where two servers run.</summary>
    public Claim With(JobRecord? record) => record is null
        ? this
        : this with { Shown = operation => operation.Rows.Exists(row => Same(row.Record, record)) };

    private static IEnumerable<LedgerEntry> Of(string? name, AnswerCheck.Operation operation) => operation.Ledgers
        .SelectMany(ledger => ledger.Entries.Values.Where(entry => entry.Claim.JobName == name && entry.IsAdmitted));

    private static bool CannotChange(AnswerCheck.Operation operation) => operation.Rows.Exists(row =>
        row.Record is not null
        && (row.Managed is not { End: JobEnd.None, Uid: var uid }
            || operation.Ledgers.Exists(ledger => ledger.Entries.GetValueOrDefault(uid) is not { IsAdmitted: true })));

    private static bool Describes(JobDescription? description, JobState row)
    {
        var stored = JobDescriptions.Of(row);
        return description is null || stored is null
            ? description is null && stored is null
            : Same(description.Job, stored.Job)
                && description with { Job = stored.Job, Reason = stored.Reason } == stored;
    }

    private static bool Shows(CapacityView view, LedgerState ledger)
    {
        var held = ledger.Entries.Values.SelectMany(entry => entry.Held()).ToHashSet();
        return view.Nodes.Select(node => (node.Name, node.GpuCount, node.FreeGpus)).SequenceEqual(
                ledger.Nodes.Values.Select(node => (node.Name, Gpus(node).Count(), Gpus(node).Count(gpu =>
                    !held.Contains((node.Name, gpu))))))
            && view.Quotas.Select(quota => (quota.Namespace, quota.Limit, quota.Used)).SequenceEqual(
                ledger.Quotas.Values.Select(quota => (quota.Namespace, quota.GpuCount, HeldIn(quota.Namespace))))
            && view.Allocations.OrderBy(shown => shown.Uid, StringComparer.Ordinal)
                .Select(shown => (shown.Uid, shown.JobName, shown.Decided.Generation, shown.Decided.IsAdmitted,
                    shown.Decided.GpuCount, shown.HeldGpus))
                .SequenceEqual(ledger.Entries.Values.Select(entry => (entry.Uid, entry.Claim.JobName,
                    entry.Generation, entry.IsAdmitted, entry.GpuCount, entry.Held().Count())));

        static IEnumerable<int> Gpus(LedgerNode node) => Enumerable.Range(0, node.GpuCount).Where(node.Has);

        int HeldIn(string namespaceName) => ledger.Entries.Values
            .Where(entry => entry.Claim.Namespace == namespaceName).Sum(entry => entry.Held().Count());
    }
}
