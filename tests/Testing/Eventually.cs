namespace Sluice.Testing;

/// <summary>
/// Waits for what real processes and files will do in their own time. The deadline is for broken code only, never a
/// measure of speed: tests start many processes, often on a machine that is busy with others.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(90);
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

    /// <returns>What was found, once it is there.</returns>
    /// <exception cref="TimeoutException">It was not there in time.</exception>
    public static async Task<T> FindAsync<T>(Func<Task<T?>> find, string what)
        where T : class
    {
        T? found = null;
        await IsTrueAsync(async () => (found = await find()) is not null, what);
        return found!;
    }
}
