using Sluice.Storage.Dialects;

namespace Sluice.Storage.Reads;

/// <summary>
/// Reads of one kind, each of one key. All who ask while one read is under way share the next: an answer is never older
/// than its question, and a thousand questions are a few reads.
/// </summary>
/// <param name="reads">Where the reads take their places.</param>
/// <param name="read">What was found, by key.</param>
internal sealed class SharedReads<T>(
    ReadPool reads, Func<IReadSession, IReadOnlyCollection<string>, Dictionary<string, T>> read)
{
    private readonly Lock _gate = new();
    private Round? _next;
    private bool _isReading;

    /// <summary>The default value where nothing was found.</summary>
    public async Task<T?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var round = Join(key);
        var found = await round.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return found.GetValueOrDefault(key);
    }

    private Round Join(string key)
    {
        lock (_gate)
        {
            var round = _next ??= new();
            round.Keys.Add(key);
            if (!_isReading)
            {
                _isReading = true;
                _ = Task.Run(ReadAllAsync);
            }

            return round;
        }
    }

    private async Task ReadAllAsync()
    {
        while (TakeRound() is { } round)
        {
            try
            {
                round.Answer.SetResult(await reads.ReadAsync(
                    session => read(session, round.Keys), CancellationToken.None).ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                round.Answer.SetException(exception);
            }
        }
    }

    private Round? TakeRound()
    {
        lock (_gate)
        {
            var round = _next;
            _next = null;
            _isReading = round is not null;
            return round;
        }
    }

    private sealed class Round
    {
        public HashSet<string> Keys { get; } = [];

        public TaskCompletionSource<Dictionary<string, T>> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
