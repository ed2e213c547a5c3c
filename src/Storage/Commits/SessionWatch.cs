namespace Sluice.Storage.Commits;

/// <summary>
/// Looks now and then whether the committer's connection still lives where nobody writes: with it the database's lock
/// would be lost. Used by the committer's thread alone.
/// </summary>
internal sealed class SessionWatch(TimeSpan? interval, TimeProvider timeProvider) : IDisposable
{
    private CancellationTokenSource? _timer;

    /// <summary>Canceled when it is time to look; never, where there is no connection to lose.</summary>
    public CancellationToken Due
    {
        get
        {
            if (interval is not { } period)
            {
                return CancellationToken.None;
            }

            if (_timer is null || _timer.IsCancellationRequested)
            {
                _timer?.Dispose();
                _timer = new(period, timeProvider);
            }

            return _timer.Token;
        }
    }

    public void Dispose() => _timer?.Dispose();
}
