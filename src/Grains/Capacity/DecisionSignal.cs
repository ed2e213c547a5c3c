namespace Sluice.Grains.Capacity;

/// <summary>
/// Wakes the courier of this process when a ledger has decided something. A hint: it may come for nothing.
/// </summary>
public sealed class DecisionSignal
{
    private volatile TaskCompletionSource _raised = New();

    public void Raise() => _raised.TrySetResult();

    /// <summary>Completes at the next <see cref="Raise"/> since the last wait, or after the timeout.</summary>
    public async Task WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await _raised.Task.WaitAsync(timeout, time, cancellationToken);
            _raised = New();
        }
        catch (TimeoutException)
        {
            // Nothing was decided meanwhile, as far as this process knows.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
