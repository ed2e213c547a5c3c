using Sluice.Grains.Jobs;
using Sluice.Scheduling.Ledger;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Compares answers with what is stored: an answer must be true of some version from the operation's begin to its
/// answer. So what is acknowledged before it is committed, or never is, shows.
/// </summary>
internal sealed class AnswerCheck(RowCheck rows, LedgerCheck ledger, Action<string, string> fail)
{
    private readonly List<Operation> _open = [];

    /// <param name="key">Of the job that it is about; null: of none.</param>
    /// <param name="text">For people.</param>
    public Operation Begin(string? key, string text)
    {
        var operation = new Operation(key, text);
        operation.Ledgers.Add(ledger.State);
        if (key is not null)
        {
            operation.Rows.Add(rows.StateOf(key));
        }

        _open.Add(operation);
        return operation;
    }

    /// <summary>A job's row has a new version.</summary>
    public void Seen(string key, JobState state)
    {
        foreach (var operation in _open)
        {
            if (operation.Key == key)
            {
                operation.Rows.Add(state);
            }
        }
    }

    /// <summary>The ledger has a new version.</summary>
    public void Seen(LedgerState state) => _open.ForEach(operation => operation.Ledgers.Add(state));

    /// <summary>The operation ended without an answer: it may have been done, or not.</summary>
    public void GiveUp(Operation operation) => _open.Remove(operation);

    /// <param name="operation">It is answered.</param>
    /// <param name="answer">For people.</param>
    /// <param name="claim">What the answer says; null: nothing.</param>
    /// <param name="isAlone">False: another server ran meanwhile.</param>
    public void Answered(Operation operation, string answer, Claim? claim, bool isAlone = true)
    {
        _open.Remove(operation);
        if (claim?.Holds(operation, isAlone) == false)
        {
            fail(Promises.AcknowledgedIsStored,
                $"{operation.Text} was answered {answer}, which holds of no version");
        }
    }

    public sealed record Operation(string? Key, string Text)
    {
        /// <summary>Versions of the job's row since the question was asked.</summary>
        public List<JobState> Rows { get; } = [];

        /// <summary>The same of the ledger.</summary>
        public List<LedgerState> Ledgers { get; } = [];
    }
}
