using System.Collections.Immutable;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ledger;
using static Sluice.Grains.Events.EventWords;

namespace Sluice.Grains.Capacity;

/// <summary>What a commit of the ledger tells of: decisions with their reasons, nodes, quotas, wishes. Pure.</summary>
public static class LedgerEvents
{
    /// <summary>A plan's decisions; at most one a job.</summary>
    /// <param name="before">The ledger that was planned on.</param>
    /// <param name="after">The same with the decisions applied.</param>
    /// <param name="decisions">In the order in which they are told.</param>
    /// <param name="now">When they were made.</param>
    public static IEnumerable<NewEvent> OfPlan(
        LedgerState before, LedgerState after, IEnumerable<Decision> decisions, DateTimeOffset now)
    {
        foreach (var decision in decisions)
        {
            var (was, entry) = (before.Entries[decision.Uid], after.Entries[decision.Uid]);
            if (decision is not Wait || was.Reason != entry.Reason)
            {
                var (kind, details) = Of(decision, was, entry);
                yield return details.OfJob(kind, entry.Claim.JobName, entry.Uid, now);
            }
        }
    }

    /// <summary>What an executor's report changed.</summary>
    /// <param name="before">The ledger before it.</param>
    /// <param name="after">The ledger with it.</param>
    /// <param name="now">When it came.</param>
    public static IEnumerable<NewEvent> OfNodes(LedgerState before, LedgerState after, DateTimeOffset now) =>
        Changes(before.Nodes, after.Nodes, node => node.UsableGpus)
            .Select(change => Node(change).New(
                change switch
                {
                    (_, null, _) => EventKind.NodeAdded,
                    (_, _, null) => EventKind.NodeLost,
                    _ => EventKind.NodeChanged,
                },
                now))
            .Concat(Changes(before.Quotas, after.Quotas, quota => quota.GpuCount)
                .Select(change => Quota(change).New(
                    change.After is null ? EventKind.QuotaLifted : EventKind.QuotaSet, now)));

    /// <summary>What was asked for a job, where that is something new.</summary>
    /// <param name="before">The job before it.</param>
    /// <param name="after">The job with it.</param>
    /// <param name="now">When it was asked.</param>
    public static IEnumerable<NewEvent> OfWish(LedgerEntry before, LedgerEntry after, DateTimeOffset now) =>
        before.Cap == after.Cap ? [] : [Asked(after).OfJob(EventKind.Asked, after.Claim.JobName, after.Uid, now)];

    private static (string Kind, EventDetails Details) Of(Decision decision, LedgerEntry was, LedgerEntry entry)
    {
        var decided = new EventDetails
        {
            Reason = decision.Reason,
            GpusBefore = was.GpuCount,
            GpusAfter = entry.GpuCount,
            Generation = entry.Generation,
        };
        return decision switch
        {
            Admit => (EventKind.Admitted, decided),
            Resize => (EventKind.Resized, decided with { AtCheckpoint = IsAtCheckpoint(was) ? true : null }),
            Preempt => (EventKind.Preempted, decided),
            Defer defer => (EventKind.Deferred, decided with
            {
                Reason = $"at its next checkpoint: {decision.Reason}",
                GpusAfter = defer.Change.GpuCount,
                Generation = null,
            }),
            CancelPending => (EventKind.Cancelled, decided with
            {
                Reason = Invariant($"it keeps {Gpus(was.GpuCount)}: {decision.Reason}"),
                Generation = null,
            }),
            Wait => (EventKind.Waiting, new() { Reason = decision.Reason }),
            _ => throw new InvalidOperationException($"unknown decision {decision.GetType().Name}"),
        };
    }

    private static bool IsAtCheckpoint(LedgerEntry was) =>
        was.Pending is { } pending && was.Claim.Notifications > pending.AfterNotifications;

    private static EventDetails Asked(LedgerEntry entry) => new()
    {
        Reason = entry.Cap is { } cap ? $"for at most {Gpus(cap)}" : "for as many GPUs as fit",
        GpusBefore = entry.GpuCount,
    };

    private static EventDetails Node((string Name, int? Before, int? After) change) => new()
    {
        Reason = change switch
        {
            (var name, null, { } after) => $"{name} with {Gpus(after)} came",
            (var name, { } before, null) => $"{name} with {Gpus(before)} is gone",
            var (name, before, after) => Invariant($"{name} has {Gpus(after!.Value)} now, it had {before}"),
        },
        Node = change.Name,
        GpusBefore = change.Before,
        GpusAfter = change.After,
    };

    private static EventDetails Quota((string Name, int? Before, int? After) change) => new()
    {
        Reason = change switch
        {
            (var name, null, { } after) => $"{name} may hold {Gpus(after)}",
            (var name, _, null) => $"{name} may hold any number of GPUs",
            var (name, before, after) => Invariant($"{name} may hold {Gpus(after.Value)} now, before {before}"),
        },
        Namespace = change.Name,
        GpusBefore = change.Before,
        GpusAfter = change.After,
    };

    private static IEnumerable<(string Name, int? Before, int? After)> Changes<T>(
        ImmutableSortedDictionary<string, T> before, ImmutableSortedDictionary<string, T> after, Func<T, int> count) =>
        ReferenceEquals(before, after)
            ? []
            : before.Keys.Union(after.Keys)
                .Order(StringComparer.Ordinal)
                .Select(name => (name, Find(before, name, count), Find(after, name, count)))
                .Where(change => change.Item2 != change.Item3);

    private static int? Find<T>(ImmutableSortedDictionary<string, T> from, string name, Func<T, int> count) =>
        from.TryGetValue(name, out var value) ? count(value) : null;
}
