namespace Sluice.EmbeddedHost.Abstractions;

/// <summary>Why an activation ends.</summary>
public enum DeactivationReasonCode : byte
{
    None = 0,
    ShuttingDown = 1,
    ActivationFailed = 2,
    ActivationIdle = 5,
    ApplicationError = 7,
    ApplicationRequested = 8,
    RuntimeRequested = 11,
}

public readonly struct DeactivationReason(DeactivationReasonCode code, string text)
{
    public DeactivationReasonCode ReasonCode { get; } = code;

    public string Description { get; } = text;
}

/// <summary>What the host knows of one activation.</summary>
public interface IGrainContext
{
    GrainId GrainId { get; }

    IServiceProvider ActivationServices { get; }

    /// <summary>Ends the activation once the running call has been answered.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);

    /// <summary>Calls back on the activation's turns; never overlaps itself.</summary>
    IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options);
}

public interface IGrainBase
{
    IGrainContext GrainContext { get; }

    Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Base class of all grains. The host sets the context before the constructor runs.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain()
    {
        GrainContext = GrainActivationScope.Current
            ?? throw new InvalidOperationException("a grain is made by its host, never by new");
    }

    public IGrainContext GrainContext { get; }

    protected IGrainFactory GrainFactory =>
        (IGrainFactory)(ServiceProvider.GetService(typeof(IGrainFactory))
            ?? throw new InvalidOperationException("the host has no grain factory"));

    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    protected void DeactivateOnIdle() =>
        GrainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "the grain asked for it"));
}

/// <summary>Carries the context from the host into the constructor of <see cref="Grain"/>.</summary>
public static class GrainActivationScope
{
    [ThreadStatic]
    private static IGrainContext? t_current;

    public static IGrainContext? Current => t_current;

    /// <summary>Runs a grain's constructor with its context in place.</summary>
    public static T Run<T>(IGrainContext context, Func<T> construct)
    {
        var outer = t_current;
        t_current = context;
        try
        {
            return construct();
        }
        finally
        {
            t_current = outer;
        }
    }
}
