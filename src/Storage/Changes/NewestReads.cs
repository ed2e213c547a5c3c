using Sluice.Storage.Reads;

namespace Sluice.Storage.Changes;

/// <summary>
/// Reads the newest change numbers where several processes commit. All who ask while one read is under way share the
/// next: an answer is never older than its question, and a thousand questions are a few reads.
/// </summary>
internal sealed class NewestReads(ReadPool reads, ChangeFeed feed)
{
    private readonly Lock _gate = new();
    private Round? _next;
    private bool _isReading;

    /// <summary>0 before the domain's first change.</summary>
    public async Task<long> ReadAsync(string domain, CancellationToken cancellationToken)
    {
        var round = Join(domain);
        var newest = await round.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return newest.GetValueOrDefault(domain);
    }

    private Round Join(string domain)
    {
        lock (_gate)
        {
            var round = _next ??= new();
            round.Domains.Add(domain);
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
                var numbers = await reads.ReadAsync(
                    session => session.ReadNewest(round.Domains), CancellationToken.None).ConfigureAwait(false);
                foreach (var domain in numbers)
                {
                    feed.Observe(domain.Name, domain.NewestChange);
                }

                round.Answer.SetResult(numbers.ToDictionary(domain => domain.Name, domain => domain.NewestChange));
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
        public HashSet<string> Domains { get; } = [];

        public TaskCompletionSource<Dictionary<string, long>> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
