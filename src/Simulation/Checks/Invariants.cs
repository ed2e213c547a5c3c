using Sluice.Grains.Interfaces;
using Sluice.Grains.Jobs;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Store;

namespace Sluice.Simulation.Checks;

/// <summary>
/// All that must hold, tied to the commits of the store. They see what is stored and what runs; of what a server has in
/// memory only the snapshots that decisions are made on.
/// </summary>
internal sealed class Invariants
{
    public Invariants(Simulator simulator, ModelTables tables, FaultPlan faults)
    {
        Ledger = new(simulator.Fail, faults.Count);
        Reasons = new(simulator.Fail, faults.Count);
        Runs = new(Ledger, simulator.Fail, faults.Count);
        Rows = new(Runs, simulator.Fail, faults.Count);
        Answers = new(Rows, Ledger, simulator.Fail);
        Lists = new(Rows, simulator.Fail);
        Queues = new(simulator.Fail, faults.Count, () => Simulator.Start + simulator.Now);
        Grants = new(Queues, simulator.Fail);
        Ledger.IsInUse = Runs.IsInUse;
        Ledger.Seen = Answers.Seen;
        Runs.IsOver = Rows.IsOver;
        Rows.IsDecided = Ledger.IsDecided;
        Rows.Seen = (key, version) =>
        {
            Answers.Seen(key, version.State);
            Lists.Seen(key, version);
        };
        tables.OnJobCommitted = (row, state) => Rows.Committed(row, (JobState)state);
        Queues.Seen = Grants.Seen;
        tables.OnRowsCommitted = batch =>
        {
            if (batch.Owner.StartsWith($"{GrainKeys.StageQueueKind}/", StringComparison.Ordinal))
            {
                Queues.Committed(batch);
            }
            else
            {
                Ledger.Committed(batch);
            }
        };
    }

    public LedgerCheck Ledger { get; }

    public ReasonCheck Reasons { get; }

    public RunCheck Runs { get; }

    public RowCheck Rows { get; }

    public AnswerCheck Answers { get; }

    public ListCheck Lists { get; }

    public QueueCheck Queues { get; }

    public GrantCheck Grants { get; }
}
