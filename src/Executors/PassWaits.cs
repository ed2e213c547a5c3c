using System.Threading.Channels;
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
    private readonly Func<Task> _waitForOperation;
    private readonly Func<long, Task> _waitForDesired;
    private readonly TimeProvider _time;
    private Task _executorChange;
    private Task _operationEnd;
    private Task _desiredChange = Task.CompletedTask;

    public PassWaits(
        IExecutor executor,
        IDesiredRuns desiredRuns,
        ChannelReader<bool> operationEnded,
        string domain,
        TimeProvider time)
    {
        _time = time;
        _waitForExecutor = () => executor.WaitForChangeAsync(ExecutorTimeout, _disposed.Token);
        _waitForOperation = () => operationEnded.ReadAsync(_disposed.Token).AsTask();
        _waitForDesired = after => desiredRuns.WaitForChangeAsync(domain, after, _disposed.Token);
        (_executorChange, _operationEnd) = (_waitForExecutor(), _waitForOperation());
    }

    /// <summary>Completes when a further pass may find something to do.</summary>
    public async Task WaitAsync(TimeSpan timeout, long position, CancellationToken cancellationToken)
    {
        if (_desiredChange.IsCompleted)
        {
            // Nothing is lost by starting over: this one looks at the position, the others are told once.
            _desiredChange = _waitForDesired(position);
        }

        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeOut = Task.Delay(timeout, _time, rest.Token);
        var first = await Task.WhenAny(_executorChange, _operationEnd, _desiredChange, timeOut);
        if (first.IsFaulted)
        {
            // The next pass will meet the same trouble and say so; until then this must not spin.
            await timeOut;
        }

        await rest.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();

        // The pass that follows answers what came so far.
        _executorChange = _executorChange.IsCompleted ? _waitForExecutor() : _executorChange;
        _operationEnd = _operationEnd.IsCompleted ? _waitForOperation() : _operationEnd;
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }
}
