using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost.Calls;
using Sluice.EmbeddedHost.Classes;
using Sluice.EmbeddedHost.Turns;

namespace Sluice.EmbeddedHost.Activations;

/// <summary>
/// One grain in memory: takes calls, has them wait or starts their turns. There may be hundreds of thousands, so what
/// only some need (timers, a scope of services, an end) is made when it is needed.
/// </summary>
internal sealed partial class Activation(GrainHost host, GrainClass grainClass, string key) : IGrainHostContext
{
    private readonly Lock _gate = new();
    private readonly ActivationTurns _turns = new(host.Turns);
    private CallGate _calls;
    private ActivationPhase _phase;
    private Grain? _grain;
    private IServiceScope? _scope;

    public GrainId GrainId => new(grainClass.Type, IdSpan.Create(key));

    /// <summary>As logs and messages may have it.</summary>
    public string NameForLogs => host.NameForLogs(grainClass.Type, key);

    public GrainClass Class => grainClass;

    public string Key => key;

    public IGrainFactory GrainFactory => host.CallFactory;

    /// <summary>Services of the process.</summary>
    public IServiceProvider HostServices => host.Services;

    public IServiceProvider ActivationServices
    {
        get
        {
            lock (_gate)
            {
                return (_scope ??= host.Services.CreateScope()).ServiceProvider;
            }
        }
    }

    /// <summary>When its last call ended, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastUsedAt { get; private set; } = host.Time.GetTimestamp();

    /// <summary>Takes a call.</summary>
    /// <returns>False: the activation has ended; a new one must be made.</returns>
    public bool TryAccept(GrainCall call)
    {
        lock (_gate)
        {
            if (_phase == ActivationPhase.Ended)
            {
                return false;
            }

            if (_calls.Count < host.Options.MaxQueuedCalls)
            {
                call.Activation = this;
                if (_phase == ActivationPhase.Active && _calls.TryStart(call.Kind))
                {
                    call.Turn.Start(_turns);
                }
                else
                {
                    _calls.Wait(call);
                }

                return true;
            }
        }

        host.Instruments.CallRejected();
        call.Fail(new GrainOverloadedException(
            $"{NameForLogs} has {host.Options.MaxQueuedCalls} calls that wait or run, its limit; try again later"));
        return true;
    }

    /// <summary>Runs a call in its turn.</summary>
    public void Run(GrainCall call)
    {
        Task answered;
        try
        {
            answered = call.Invoke(_grain!);
        }
#pragma warning disable CA1031 // Whatever a grain throws belongs to its caller.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            answered = Task.FromException(exception);
        }

        if (answered.IsCompleted)
        {
            Finish(call, answered);
            return;
        }

        // On the turns again: what the grain awaited last may have ended on any thread.
        answered.ContinueWith(
            static (task, state) => ((GrainCall)state!).Activation!.Finish((GrainCall)state, task),
            call,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            _turns);
    }

    private void Finish(GrainCall call, Task answered)
    {
        if (answered.IsFaulted
            && answered.Exception.InnerException is InconsistentStateException { IsSourceActivation: true } lost)
        {
            lost.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, "its stored state is not what it had read"));
        }

        bool isLast;
        lock (_gate)
        {
            _calls.End(call.Kind);
            if (call.CountsAsUse)
            {
                LastUsedAt = host.Time.GetTimestamp();
            }

            if (_phase == ActivationPhase.Active)
            {
                StartWaiting();
            }

            isLast = _phase == ActivationPhase.Ending && !_calls.IsRunning;
        }

        call.Complete(answered);
        if (isLast)
        {
            EndGrain();
        }
    }

    /// <summary>Nothing of it runs any more, and nobody is told.</summary>
    public void Crash()
    {
        _turns.Crash();
        lock (_gate)
        {
            _phase = ActivationPhase.Ended;
        }

        _end?.StopDeadline();
        StopTimers();
    }

    private void StartWaiting()
    {
        while (_calls.StartNext() is { } call)
        {
            call.Turn.Start(_turns);
        }
    }
}
