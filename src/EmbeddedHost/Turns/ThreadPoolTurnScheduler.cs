namespace Sluice.EmbeddedHost.Turns;

/// <summary>Runs turns on the thread pool.</summary>
internal sealed class ThreadPoolTurnScheduler : ITurnScheduler
{
    public int MaxTurnsInARow => 64;

    // The queue of the current worker first: what a turn or a request has just made is warm in that core's cache.
    public void Schedule(IThreadPoolWorkItem turns, bool isContinued) =>
        ThreadPool.UnsafeQueueUserWorkItem(turns, preferLocal: !isContinued);
}
