namespace Sluice.Executors;

/// <summary>
/// Where only one of several processes may drive an executor: whether it is this one. Without a permit in the process
/// it is.
/// </summary>
public interface IExecutorPermit
{
    /// <summary>Returns once this process may.</summary>
    /// <returns>Canceled as soon as it may no longer; then it may ask again.</returns>
    Task<CancellationToken> WaitAsync(CancellationToken cancellationToken);
}

/// <summary>Runs a loop only while its process may.</summary>
internal static class ExecutorPermits
{
    /// <summary>
    /// Runs it again each time that the process may again. A loop must not return before all that it began has ended, or
    /// can do nothing any more.
    /// </summary>
    public static async Task RunAsync(
        this IExecutorPermit? permit, Func<CancellationToken, Task> loop, CancellationToken stoppingToken)
    {
        if (permit is null)
        {
            await loop(stoppingToken);
            return;
        }

        while (true)
        {
            var lost = await permit.WaitAsync(stoppingToken);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lost);
            try
            {
                await loop(either.Token);
            }
            catch (Exception) when (lost.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
            {
                // Whatever broke off: the loop reads all anew once it may go on.
            }
        }
    }
}
