using System.Diagnostics.Metrics;

namespace Sluice.Storage;

/// <summary>What an operator sees of the committer.</summary>
internal sealed class StoreInstruments : IDisposable
{
    public const string MeterName = "Sluice.Storage";

    private static readonly double[] DurationSeconds =
        [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _commits;
    private readonly Histogram<int> _writes;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _failures;

    public StoreInstruments(Func<int> queueLength)
    {
        _commits = _meter.CreateCounter<long>("sluice.storage.commits", "{commit}", "Transactions committed.");
        _writes = _meter.CreateHistogram<int>(
            "sluice.storage.commit.writes", "{write}", "Writes in a transaction.",
            advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });
        _duration = _meter.CreateHistogram<double>(
            "sluice.storage.commit.duration", "s", "From begin to commit.",
            advice: new() { HistogramBucketBoundaries = DurationSeconds });
        _conflicts = _meter.CreateCounter<long>("sluice.storage.conflicts", "{write}", "Writes with another's etag.");
        _failures = _meter.CreateCounter<long>("sluice.storage.failures", "{write}", "Writes that failed otherwise.");
        _meter.CreateObservableUpDownCounter(
            "sluice.storage.queued_writes", queueLength, "{write}", "Writes that wait.");
    }

    public void Committed(int writeCount, int conflictCount, TimeSpan duration)
    {
        _commits.Add(1);
        _writes.Record(writeCount);
        _duration.Record(duration.TotalSeconds);
        if (conflictCount > 0)
        {
            _conflicts.Add(conflictCount);
        }
    }

    public void WriteFailed() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();
}
