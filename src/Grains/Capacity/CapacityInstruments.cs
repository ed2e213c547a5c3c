using System.Diagnostics.Metrics;

namespace Sluice.Grains.Capacity;

/// <summary>Counts what ledgers decide.</summary>
public sealed class CapacityInstruments
{
    public const string MeterName = "Sluice.Capacity";

    private readonly Counter<long> _decisions;
    private readonly Counter<long> _deliveries;

    public CapacityInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _decisions = meter.CreateCounter<long>("sluice.capacity.decisions", "{decision}", "Decisions, by kind.");
        _deliveries = meter.CreateCounter<long>(
            "sluice.capacity.deliveries", "{decision}", "Decisions taken to jobs by the courier, by outcome.");
    }

    /// <param name="kind">Name of a subtype of the policy's decisions: a closed set.</param>
    public void Decided(string kind) => _decisions.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Delivered(bool isAccepted) =>
        _deliveries.Add(1, new KeyValuePair<string, object?>("outcome", isAccepted ? "accepted" : "failed"));
}
