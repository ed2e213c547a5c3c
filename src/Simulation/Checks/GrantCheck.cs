using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Watches what clients of stage queues are told. An answer must hold of some version of the list from its question
/// on; and no two requests are ever given the same hand-out.
/// </summary>
internal sealed class GrantCheck(QueueCheck queues, Action<string, string> fail)
{
    private readonly List<Question> _open = [];
    private readonly Recent<(string Key, string Lease), string> _grants = new();

    /// <param name="key">Of the list.</param>
    /// <param name="text">For people.</param>
    public Question Ask(string key, string text)
    {
        var question = new Question(key, text, queues.BeforeOf(key));
        question.Versions.Add(queues.ListOf(key));
        _open.Add(question);
        return question;
    }

    /// <summary>A list has a new version.</summary>
    public void Seen(string key, ListVersion version)
    {
        foreach (var question in _open)
        {
            if (question.Key == key)
            {
                question.Versions.Add(version);
            }
        }
    }

    /// <summary>Nobody answered: it may have been done, or not.</summary>
    public void GiveUp(Question question) => _open.Remove(question);

    /// <param name="question">It is answered.</param>
    /// <param name="answer">For people.</param>
    /// <param name="isTrue">Of a version; null: the answer claims nothing.</param>
    /// <param name="isRead">True: it may be of the version before a commit that was not acknowledged yet.</param>
    public void Answered(
        Question question, string answer, Func<ListVersion, bool>? isTrue, bool isRead = false) =>
        AnsweredOfAll(question, answer, isTrue is null
            ? null
            : versions => versions.Skip(isRead ? 0 : 1).Any(isTrue));

    /// <param name="question">It is answered.</param>
    /// <param name="answer">For people.</param>
    /// <param name="isTrue">
    /// Of all versions from the one before the question to the answer; null: the answer claims nothing.
    /// </param>
    public void AnsweredOfAll(
        Question question, string answer, Func<IReadOnlyList<ListVersion>, bool>? isTrue)
    {
        _open.Remove(question);
        if (isTrue?.Invoke([question.Before, .. question.Versions]) == false)
        {
            fail(Promises.AcknowledgedIsStored, $"{question.Text} was answered {answer}, which holds of no version");
        }
    }

    /// <summary>A worker has a job.</summary>
    /// <param name="key">Of the list that it asked.</param>
    /// <param name="request">What it asked for.</param>
    /// <param name="job">What it got.</param>
    public void Granted(string key, HandOut request, HandedOutJob job)
    {
        Fail(!QueueCheck.IsCommandOf(key, job.JobId, job.Command), Promises.ListsNeverMeet,
            $"{request.OperationId} asked {key} and got job {job.JobId} of another list");
        Fail(job.Stage != request.Stage, Promises.AcknowledgedIsStored,
            $"{request.OperationId} asked for stage {request.Stage} and got job {job.JobId} of stage {job.Stage}");
        _grants.TryAdd((key, job.Lease), request.OperationId);
        Fail(_grants.TryGet((key, job.Lease), out var first) && first != request.OperationId,
            Promises.NoJobHasTwoWorkers,
            $"{request.OperationId} is given job {job.JobId} of {key} with the lease {job.Lease} of {first}");
    }

    /// <summary>A client's key was used again.</summary>
    public void Repeated(string key, HandOut request, HandedOutJob first, HandOutAnswer again) => Fail(
        (again.Outcome, again.Job?.JobId, again.Job?.Lease) != (HandOutOutcome.Done, first.JobId, first.Lease),
        Promises.KeysGetTheFirstAnswer,
        $"{request.OperationId} of {key} got {first.Lease} at first, and {again.Outcome} {again.Job?.Lease} again");

    private void Fail(bool isBroken, string promise, string what)
    {
        if (isBroken)
        {
            fail(promise, what);
        }
    }

    public sealed record Question(string Key, string Text, ListVersion Before)
    {
        /// <summary>Of the list, since it was asked.</summary>
        public List<ListVersion> Versions { get; } = [];
    }
}
