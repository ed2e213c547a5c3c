namespace Sluice.Samples.Service;

/// <summary>
/// Sends a call again whose outcome is unknown, for a bounded time: a silo that was killed is replaced in seconds. A
/// refusal is a value and no exception, so that what is sent again is what may have been lost.
/// </summary>
internal static class Repeated
{
    private const int MaxAttempts = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    public static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception) when (attempt < MaxAttempts)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
