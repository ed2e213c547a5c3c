namespace Sluice.Executors.Tests;

/// <summary>Waits for what other processes do; the deadline is for broken code only, never a measure of speed.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static Task UntilAsync(string what, Func<bool> condition) =>
        UntilAsync(what, () => Task.FromResult(condition()));

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"waited in vain for: {what}");
            }
        }
    }

    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> find)
        where T : class
    {
        T? found = null;
        await UntilAsync(what, async () => (found = await find()) is not null);
        return found!;
    }
}
