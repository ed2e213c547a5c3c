using System.Diagnostics.Metrics;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors;

/// <summary>Metrics of the executors.</summary>
public sealed class ExecutorInstruments : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sluice.Executors";

    private readonly Meter _meter;
    private readonly Counter<long> _operations;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _lostRunners;

    public ExecutorInstruments(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _operations = _meter.CreateCounter<long>(
            "sluice.executors.operations", "{operation}", "Starts, stops and reports by kind and outcome.");
        _durations = _meter.CreateHistogram<double>(
            "sluice.executors.operation.duration", "s", "From the beginning of an operation to its end, by kind.",
            advice: new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        _reports = _meter.CreateCounter<long>(
            "sluice.executors.reports", "{report}", "Observations that job grains have taken, by phase.");
        _lostRunners = _meter.CreateCounter<long>(
            "sluice.executors.lost_runners", "{runner}", "Runners that ended without saying how their job ended.");
    }

    /// <summary>The kind of an action is a closed set.</summary>
    public void OperationEnded(RunAction action, bool succeeded, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(action);
        var kind = new KeyValuePair<string, object?>("kind", action.GetType().Name);
        _operations.Add(1, kind, new("outcome", succeeded ? "succeeded" : "failed"));
        _durations.Record(duration.TotalSeconds, kind);
    }

    public void RunReported(RunPhase phase) =>
        _reports.Add(1, new KeyValuePair<string, object?>("phase", phase.ToString()));

    public void RunnerLost() => _lostRunners.Add(1);

    public void Dispose() => _meter.Dispose();
}
