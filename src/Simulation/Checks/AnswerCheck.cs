using Sluice.Grains.Jobs;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Compares answers with what is stored: an answer must be true of some version of the row from the operation's begin
/// to its answer. So what is acknowledged before it is committed, or never is, shows.
/// </summary>
internal sealed class AnswerCheck(RowCheck rows, Action<string, string> fail)
{
    private readonly List<Operation> _open = [];

    public Operation Begin(string key, string text)
    {
        var operation = new Operation(key, text);
        operation.Versions.Add(rows.StateOf(key));
        _open.Add(operation);
        return operation;
    }

    public void Seen(string key, JobState state)
    {
        foreach (var operation in _open)
        {
            if (operation.Key == key)
            {
                operation.Versions.Add(state);
            }
        }
    }

    /// <summary>The operation ended without an answer: it may have been done, or not.</summary>
    public void GiveUp(Operation operation) => _open.Remove(operation);

    /// <param name="operation">It is answered.</param>
    /// <param name="answer">For people.</param>
    /// <param name="isTrue">Of a version; null: the answer claims nothing.</param>
    public void Answered(Operation operation, string answer, Func<JobState, bool>? isTrue)
    {
        _open.Remove(operation);
        if (isTrue is not null && !operation.Versions.Any(isTrue))
        {
            fail(Promises.AcknowledgedIsStored,
                $"{operation.Text} was answered {answer}, which holds of no version");
        }
    }

    public sealed record Operation(string Key, string Text)
    {
        public List<JobState> Versions { get; } = [];
    }
}
