using Sluice.EmbeddedHost.Calls;

namespace Sluice.EmbeddedHost.Activations;

/// <summary>One callback of a timer.</summary>
internal sealed class TimerTick(GrainTimer timer) : GrainCall
{
    public override CallKind Kind => timer.Kind;

    public override bool CountsAsUse => timer.KeepsAlive;

    public override Task Invoke(Grain grain) => timer.Invoke();

    public override void Complete(Task answered) =>
        timer.TickEnded(answered.IsCanceled ? new TaskCanceledException(answered) : answered.Exception?.InnerException);

    public override void Fail(Exception exception) => timer.TickEnded(exception);

    /// <summary>Timers end with their activation.</summary>
    public override void Forward()
    {
    }
}
