using System.Diagnostics.Metrics;

namespace Sluice.EmbeddedHost;

/// <summary>What an operator sees of the host.</summary>
internal sealed class EmbeddedHostInstruments
{
    public const string MeterName = "Sluice.EmbeddedHost";

    private readonly Meter _meter;
    private readonly Counter<long> _rejectedCalls;
    private readonly Counter<long> _failedActivations;

    public EmbeddedHostInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _rejectedCalls = _meter.CreateCounter<long>(
            "sluice.embedded_host.rejected_calls", "{call}",
            "Calls that found too many others waiting at their grain.");
        _failedActivations = _meter.CreateCounter<long>(
            "sluice.embedded_host.failed_activations", "{activation}", "Grains that could not be activated.");
    }

    public void Observe(Func<int> activationCount) =>
        _meter.CreateObservableUpDownCounter(
            "sluice.embedded_host.activations", activationCount, "{activation}", "Grains in memory.");

    public void CallRejected() => _rejectedCalls.Add(1);

    public void ActivationFailed() => _failedActivations.Add(1);
}
