using Sluice.Grains;
using Sluice.Grains.Ports;

namespace Sluice.Executors;

/// <summary>
/// Waits for whichever comes first: a change of what is desired, of what runs, the end of an operation, or the time. A
/// wait that was not the first goes on, so that what happens during a pass is not missed.
/// </summary>
internal sealed class PassWaits : IDisposable
{
    /// <summary>Only ends a wait that the loop's own time would end too.</summary>
    private static readonly TimeSpan ExecutorTimeout = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _disposed = new();
    private readonly Func<Task> _waitForExecutor;
    private readonly Func<long, Task> _waitForDesired;
    private readonly Signal _wake;
    private readonly TimeProvider _time;
    private Task _executorChange;
    private Task _desiredChange = Task.CompletedTask;

    /// <param name="executor">Whose changes are waited for.</param>
    /// <param name="desiredRuns">The same.</param>
    /// <param name="wake">Raised by the ends of operations too.</param>
    /// <param name="domain">The capacity domain.</param>
    /// <param name="time">The clock.</param>
    public PassWaits(IExecutor executor, IDesiredRuns desiredRuns, Signal wake, string domain, TimeProvider time)
    {
        (_wake, _time) = (wake, time);
        _waitForExecutor = () => executor.WaitForChangeAsync(ExecutorTimeout, _disposed.Token);
        _waitForDesired = after => desiredRuns.WaitForChangeAsync(domain, after, _disposed.Token);
        _executorChange = WakeAfterAsync(_waitForExecutor);
    }

    /// <summary>Completes when a further pass may find something to do.</summary>
    public async Task WaitAsync(TimeSpan timeout, long position, CancellationToken cancellationToken)
    {
        if (_desiredChange.IsCompleted)
        {
            // Nothing is lost by starting over: this one looks at the position, the others are told once.
            _desiredChange = WakeAfterAsync(() => _waitForDesired(position));
        }

        await _wake.WaitAsync(timeout, _time, cancellationToken);

        // The pass that follows answers what came so far.
        _executorChange = _executorChange.IsCompleted ? WakeAfterAsync(_waitForExecutor) : _executorChange;
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private async Task WakeAfterAsync(Func<Task> wait)
    {
        try
        {
            await wait();
        }
        catch (Exception)
        {
            // The next pass will meet the same trouble and say so; until then this must not spin.
            return;
        }

        _wake.Raise();
    }
}
