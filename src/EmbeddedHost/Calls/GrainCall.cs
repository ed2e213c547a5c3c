using Sluice.EmbeddedHost.Activations;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>Something that runs at an activation: a call by a reference, or a tick of a timer.</summary>
internal abstract class GrainCall
{
    protected GrainCall()
    {
        // Made on the caller's thread, so that the caller's execution context is the one it runs in.
        Turn = new Task(static call => ((GrainCall)call!).Start(), this);
    }

    public abstract CallKind Kind { get; }

    /// <summary>False: it does not keep the activation from ending as idle.</summary>
    public virtual bool CountsAsUse => true;

    /// <summary>The turn in which it begins.</summary>
    public Task Turn { get; }

    /// <summary>Where it was accepted.</summary>
    public Activation? Activation { get; set; }

    /// <summary>The next one in the same line.</summary>
    public GrainCall? Next { get; set; }

    /// <summary>When it began to wait, counted in calls of the activation.</summary>
    public long Arrival { get; set; }

    /// <summary>Runs the grain's code up to its first await.</summary>
    public abstract Task Invoke(Grain grain);

    /// <summary>Hands the outcome to whoever waits for it.</summary>
    public abstract void Complete(Task answered);

    /// <summary>It did not run.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>The activation ended while it waited.</summary>
    public abstract void Forward();

    private void Start() => Activation!.Run(this);
}
