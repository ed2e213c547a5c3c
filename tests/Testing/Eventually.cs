namespace Sluice.Testing;

/// <summary>Waits for what real processes and files will do in their own time, with a generous deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static Task IsTrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, deadline);

    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        using var timer = new PeriodicTimer(Interval);
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > (deadline ?? DefaultDeadline))
            {
                throw new TimeoutException($"not within {deadline ?? DefaultDeadline}: {what}");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
