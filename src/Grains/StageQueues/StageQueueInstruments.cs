using System.Diagnostics.Metrics;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>Counts what happens to the jobs of lists.</summary>
public sealed class StageQueueInstruments
{
    public const string MeterName = "Sluice.StageQueues";

    private readonly Counter<long> _handOuts;
    private readonly Counter<long> _moves;
    private readonly Counter<long> _takenBack;
    private readonly Counter<long> _flagged;

    public StageQueueInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _handOuts = meter.CreateCounter<long>("sluice.stage_queues.hand_outs", "{job}", "Jobs given to workers.");
        _moves = meter.CreateCounter<long>("sluice.stage_queues.moves", "{job}", "Jobs that workers moved on.");
        _takenBack = meter.CreateCounter<long>(
            "sluice.stage_queues.taken_back", "{job}", "Hand-outs that were taken back, by cause.");
        _flagged = meter.CreateCounter<long>(
            "sluice.stage_queues.flagged", "{job}", "Jobs that were found to be over their time.");
    }

    /// <summary>Counts what was committed.</summary>
    public void Committed(StageQueueTally tally)
    {
        ArgumentNullException.ThrowIfNull(tally);
        Add(_handOuts, tally.HandedOut);
        Add(_moves, tally.Moved);
        Add(_flagged, tally.Flagged);
        AddTakenBack(tally.TakenBack, "over");
        AddTakenBack(tally.Redone, "redo");
    }

    private static void Add(Counter<long> counter, int count)
    {
        if (count > 0)
        {
            counter.Add(count);
        }
    }

    private void AddTakenBack(int count, string cause)
    {
        if (count > 0)
        {
            _takenBack.Add(count, new KeyValuePair<string, object?>("cause", cause));
        }
    }
}
