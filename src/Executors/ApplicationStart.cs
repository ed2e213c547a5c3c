using Microsoft.Extensions.Hosting;

namespace Sluice.Executors;

/// <summary>Waits for the process to serve.</summary>
internal static class ApplicationStart
{
    /// <summary>
    /// Returns once all hosted services have started and the gateway listens; at once where nobody can tell.
    /// </summary>
    public static async Task WaitAsync(IHostApplicationLifetime? lifetime, CancellationToken cancellationToken)
    {
        if (lifetime is not null)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
            await started.Task.WaitAsync(cancellationToken);
        }
    }
}
