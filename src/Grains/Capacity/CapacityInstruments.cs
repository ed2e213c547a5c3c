using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

/// <summary>What ledgers decide, and what stands in those that this process has in memory.</summary>
public sealed class CapacityInstruments
{
    public const string MeterName = "Sluice.Capacity";

    private readonly Counter<long> _decisions;
    private readonly Counter<long> _deliveries;

    // Immutable, so that a reader of metrics may count while grains go on.
    private readonly ConcurrentDictionary<string, LedgerState> _ledgers = new(StringComparer.Ordinal);

    public CapacityInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _decisions = meter.CreateCounter<long>("sluice.capacity.decisions", "{decision}", "Decisions, by kind.");
        _deliveries = meter.CreateCounter<long>(
            "sluice.capacity.deliveries", "{decision}", "Decisions taken to jobs by the courier, by outcome.");
        meter.CreateObservableGauge(
            "sluice.capacity.gpus.usable", () => Count(UsableGpus), "{gpu}", "GPUs that are there, by domain.");
        meter.CreateObservableGauge(
            "sluice.capacity.gpus.free", () => Count(FreeGpus), "{gpu}", "GPUs that nobody holds, by domain.");
        meter.CreateObservableGauge(
            "sluice.capacity.jobs.admitted", () => Count(Admitted), "{job}", "Jobs that may run, by domain.");
        meter.CreateObservableGauge(
            "sluice.capacity.jobs.waiting", () => Count(Waiting), "{job}", "Jobs that wait for GPUs, by domain.");
        meter.CreateObservableGauge(
            "sluice.capacity.jobs.undelivered", () => Count(Undelivered), "{job}",
            "Jobs that have not confirmed their newest decision, by domain.");
    }

    /// <param name="kind">Name of a subtype of the policy's decisions: a closed set.</param>
    public void Decided(string kind) => _decisions.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Delivered(bool isAccepted) =>
        _deliveries.Add(1, new KeyValuePair<string, object?>("outcome", isAccepted ? "accepted" : "failed"));

    /// <summary>The ledger of a domain whose grain is in this process, after each commit.</summary>
    public void Committed(string domain, LedgerState ledger) => _ledgers[domain] = ledger;

    /// <summary>The grain is not in this process any more.</summary>
    public void Left(string domain) => _ledgers.TryRemove(domain, out _);

    private static int UsableGpus(LedgerState ledger) => ledger.Nodes.Values.Sum(node => node.UsableGpus);

    private static int FreeGpus(LedgerState ledger) => ledger.FreeByNode().Values.Sum();

    private static int Admitted(LedgerState ledger) => ledger.Entries.Values.Count(entry => entry.IsAdmitted);

    private static int Waiting(LedgerState ledger) => ledger.Entries.Values.Count(entry => entry.IsWaiting);

    private static int Undelivered(LedgerState ledger) => ledger.Entries.Values.Count(entry => entry.IsUndelivered);

    private IEnumerable<Measurement<int>> Count(Func<LedgerState, int> count) =>
        _ledgers.Select(one => new Measurement<int>(
            count(one.Value), new KeyValuePair<string, object?>("domain", one.Key)));
}
