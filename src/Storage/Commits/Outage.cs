namespace Sluice.Storage.Commits;

/// <summary>
/// A time in which the database is not to be had. The writers of a batch wait through a short one, for as long as
/// <see cref="MaxWait"/> since it began; later ones are told at once, and it is tried again after a pause that doubles.
/// Used by the committer's thread alone.
/// </summary>
internal sealed class Outage(TimeProvider timeProvider)
{
    /// <summary>After the first try that failed.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    /// <summary>How long writers wait for its end.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private long? _since;
    private long _lastTry;
    private TimeSpan _pause = FirstPause;
    private Exception? _failure;

    /// <summary>It is not yet time to try again: why the last try failed. Null: try.</summary>
    public Exception? Refusal => IsLong && timeProvider.GetElapsedTime(_lastTry) < _pause ? _failure : null;

    private bool IsLong => _since is { } since && timeProvider.GetElapsedTime(since) >= MaxWait;

    public void End()
    {
        _since = null;
        _failure = null;
        _pause = FirstPause;
    }

    /// <summary>Notes that a try failed.</summary>
    /// <returns>
    /// True after a pause: the writers still wait, and it is to be tried again. False: they are told of the failure.
    /// </returns>
    public bool WaitAfter(Exception failure, CancellationToken closing)
    {
        _failure = failure;
        _lastTry = timeProvider.GetTimestamp();
        _since ??= _lastTry;
        var pause = _pause;
        _pause = _pause * 2 < MaxPause ? _pause * 2 : MaxPause;
        if (IsLong || closing.IsCancellationRequested)
        {
            return false;
        }

        Task.Delay(pause, timeProvider, closing)
            .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
            .Wait(CancellationToken.None);
        return !closing.IsCancellationRequested;
    }
}
