namespace Sluice.EmbeddedHost.Activations;

/// <summary>The timers of an activation.</summary>
internal sealed partial class Activation
{
    private List<GrainTimer>? _timers;

    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new GrainTimer(host, this, callback, options);
        lock (_gate)
        {
            if (_phase is ActivationPhase.Starting or ActivationPhase.Active)
            {
                (_timers ??= []).Add(timer);
                return timer;
            }
        }

        timer.Dispose(); // what is registered while the activation ends never ticks
        return timer;
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (_gate)
        {
            _timers?.Remove(timer);
        }
    }

    private void StopTimers()
    {
        List<GrainTimer>? timers;
        lock (_gate)
        {
            timers = _timers;
            _timers = null;
        }

        foreach (var timer in timers ?? [])
        {
            timer.Dispose();
        }
    }
}
