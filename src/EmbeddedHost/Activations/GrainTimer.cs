using Sluice.EmbeddedHost.Calls;

namespace Sluice.EmbeddedHost.Activations;

/// <summary>
/// Has its grain called back. A tick is a call of the activation like any other; the next one is timed when it has
/// ended, so ticks never overlap.
/// </summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly GrainHost _host;
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly ITimer _timer;
    private TimeSpan _period;
    private bool _isTicking;
    private TimeSpan? _changedDueTime;
    private bool _isDisposed;

    public GrainTimer(
        GrainHost host,
        Activation activation,
        Func<CancellationToken, Task> callback,
        GrainTimerCreationOptions options)
    {
        ThrowIfInvalid(options.DueTime, nameof(options.DueTime));
        ThrowIfInvalid(options.Period, nameof(options.Period));
        _host = host;
        _activation = activation;
        _callback = callback;
        _period = options.Period;
        Kind = options.Interleave ? CallKind.Interleaving : CallKind.Exclusive;
        KeepsAlive = options.KeepAlive;
        _timer = CreateTimer(options.DueTime);
    }

    public CallKind Kind { get; }

    public bool KeepsAlive { get; }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfInvalid(dueTime, nameof(dueTime));
        ThrowIfInvalid(period, nameof(period));
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _period = period;
            if (_isTicking)
            {
                _changedDueTime = dueTime; // counted from the end of the callback
            }
            else
            {
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _timer.Dispose();
        }

        _ended.Cancel();
        _activation.RemoveTimer(this);
    }

    public Task Invoke() => _isDisposed ? Task.CompletedTask : _callback(_ended.Token);

    public void TickEnded(Exception? exception)
    {
        if (exception is not null && !(exception is OperationCanceledException && _ended.IsCancellationRequested))
        {
            _host.LogTimerFailed(exception, _activation.NameForLogs);
        }

        lock (_gate)
        {
            _isTicking = false;
            if (!_isDisposed)
            {
                _timer.Change(_changedDueTime ?? _period, Timeout.InfiniteTimeSpan);
                _changedDueTime = null;
            }
        }
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_isDisposed || _isTicking)
            {
                return;
            }

            _isTicking = true;
        }

        _activation.TryAccept(new TimerTick(this));
    }

    private ITimer CreateTimer(TimeSpan dueTime)
    {
        var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        try
        {
            return _host.Time.CreateTimer(
                static self => ((GrainTimer)self!).OnDue(), this, dueTime, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            flow.Dispose();
        }
    }

    private static void ThrowIfInvalid(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, time, "a timer's time is 0 or more, or infinite");
        }
    }
}
