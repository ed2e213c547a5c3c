using Sluice.Storage.Dialects;

namespace Sluice.Storage.Changes;

/// <summary>
/// After a commit of unknown outcome memory no longer tells what is stored. It is read again at once, and, while that
/// fails, after a pause that doubles. Used by the committer's thread alone.
/// </summary>
internal sealed class FeedRefresh(ChangeFeed feed, TimeProvider timeProvider) : IDisposable
{
    /// <summary>After the first read that failed.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest; it goes on with that one, because a follower would otherwise wait for a write.</summary>
    public static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    private TimeSpan _nextPause = FirstPause;
    private CancellationTokenSource? _pause;

    public bool IsStale { get; private set; }

    public bool IsPostponed => _pause is not null;

    /// <summary>Canceled when it is time to read again; never, where nothing is postponed.</summary>
    public CancellationToken PauseEnded => _pause?.Token ?? CancellationToken.None;

    public void MarkStale() => IsStale = true;

    public void Run(IWriteSession session)
    {
        feed.Reset(session.ReadDomains());
        IsStale = false;
        _nextPause = FirstPause;
        Dispose();
    }

    public void Postpone()
    {
        Dispose();
        _pause = new(_nextPause, timeProvider);
        _nextPause = _nextPause * 2 < MaxPause ? _nextPause * 2 : MaxPause;
    }

    public void Dispose()
    {
        _pause?.Dispose();
        _pause = null;
    }
}
