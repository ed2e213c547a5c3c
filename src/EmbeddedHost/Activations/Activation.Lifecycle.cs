using Sluice.EmbeddedHost.Calls;
using Sluice.EmbeddedHost.Turns;

namespace Sluice.EmbeddedHost.Activations;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation
{
    private ActivationEnd? _end;

    /// <summary>Makes the grain and loads its state, on the activation's own turns.</summary>
    public void Start() => DetachedTask.Start(static self => ((Activation)self!).StartAsync(), this, _turns);

    // The token would only hurry the end along; the deadline of the host does that here.
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) =>
        TryEnd(deactivationReason, onlyIfIdle: false);

    /// <summary>Ends it if nothing runs or waits.</summary>
    public bool TryEndIfIdle(DeactivationReason reason) => TryEnd(reason, onlyIfIdle: true);

    public bool IsIdle()
    {
        lock (_gate)
        {
            return _phase == ActivationPhase.Active && _calls.IsIdle;
        }
    }

    private bool TryEnd(DeactivationReason reason, bool onlyIfIdle)
    {
        bool mayEndNow;
        lock (_gate)
        {
            if (_end is not null || _phase == ActivationPhase.Ended
                || (onlyIfIdle && (_phase != ActivationPhase.Active || !_calls.IsIdle)))
            {
                return false;
            }

            _end = new(reason);
            if (_phase == ActivationPhase.Starting)
            {
                return true; // StartAsync sees it
            }

            _phase = ActivationPhase.Ending;
            mayEndNow = !_calls.IsRunning;
        }

        BeginEnd(mayEndNow);
        return true;
    }

    private void BeginEnd(bool mayEndNow)
    {
        StopTimers();
        if (mayEndNow && !grainClass.HasEnd)
        {
            Leave(); // the common case of an idle activation: neither a turn nor a deadline is needed
            return;
        }

        StartDeadline();
        if (mayEndNow)
        {
            EndGrain();
        }
    }

    private void StartDeadline()
    {
        var timer = host.Time.CreateTimer(
            static self => ((Activation)self!).Abandon(),
            this,
            host.Options.DeactivationTimeout,
            Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            if (_phase != ActivationPhase.Ended)
            {
                _end!.Deadline = timer;
                return;
            }
        }

        timer.Dispose();
    }

    /// <summary>Gives up waiting for what runs.</summary>
    private void Abandon()
    {
        _end!.Cancel();
        if (Leave())
        {
            host.LogActivationAbandoned(NameForLogs, host.Options.DeactivationTimeout);
        }
    }

    private async Task StartAsync()
    {
        try
        {
            var (grain, states) = grainClass.Construct(this);
            foreach (var state in states)
            {
                await state.LoadAsync();
            }

            await grain.OnActivateAsync(host.Stopped);
            _grain = grain;
        }
#pragma warning disable CA1031 // Whatever a grain throws belongs to its callers.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            FailStart(exception);
            return;
        }

        lock (_gate)
        {
            if (_end is null)
            {
                _phase = ActivationPhase.Active;
                StartWaiting();
                return;
            }

            _phase = ActivationPhase.Ending;
        }

        BeginEnd(mayEndNow: true);
    }

    private void FailStart(Exception exception)
    {
        host.Instruments.ActivationFailed();
        host.LogActivationFailed(exception, NameForLogs);
        StopTimers();
        Leave(exception);
    }

    private void EndGrain()
    {
        if (grainClass.HasEnd)
        {
            DetachedTask.Start(static self => ((Activation)self!).EndGrainAsync(), this, _turns);
        }
        else
        {
            Leave();
        }
    }

    private async Task EndGrainAsync()
    {
        try
        {
            await _grain!.OnDeactivateAsync(_end!.Reason, _end.Abandoned);
            if (_grain is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                (_grain as IDisposable)?.Dispose();
            }
        }
#pragma warning disable CA1031 // Best effort: the activation ends either way.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            host.LogDeactivationFailed(exception, NameForLogs);
        }

        Leave();
    }

    /// <summary>
    /// Makes place for the next activation; only then do the calls that came meanwhile go to it, so there are never
    /// two.
    /// </summary>
    private bool Leave(Exception? failure = null)
    {
        List<GrainCall>? waiting = null;
        lock (_gate)
        {
            if (_phase == ActivationPhase.Ended)
            {
                return false;
            }

            _phase = ActivationPhase.Ended;
            while (_calls.TakeWaiting() is { } call)
            {
                (waiting ??= []).Add(call);
            }
        }

        host.Forget(this);
        _end?.StopDeadline();
        _scope?.Dispose();
        foreach (var call in waiting ?? [])
        {
            if (failure is null)
            {
                call.Forward();
            }
            else
            {
                call.Fail(failure);
            }
        }

        return true;
    }
}
