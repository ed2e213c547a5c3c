namespace Sluice.Grains;

/// <summary>
/// Wakes the one loop that waits for it, on that loop's own scheduler and never inside <see cref="Raise"/>. A hint: it
/// may come for nothing.
/// </summary>
public class Signal
{
    private volatile TaskCompletionSource _raised = New();

    public void Raise() => _raised.TrySetResult();

    /// <summary>Completes at the next <see cref="Raise"/> since the last wait, or after the timeout.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        var raised = _raised;
        using (cancellationToken.UnsafeRegister(static one => ((TaskCompletionSource)one!).TrySetResult(), raised))
        using (time.CreateTimer(
            static one => ((TaskCompletionSource)one!).TrySetResult(), raised, timeout, Timeout.InfiniteTimeSpan))
        {
            await raised.Task;
        }

        cancellationToken.ThrowIfCancellationRequested();
        _raised = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
