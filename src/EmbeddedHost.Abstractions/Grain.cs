namespace Sluice.EmbeddedHost.Abstractions;

public interface IGrainBase
{
    IGrainContext GrainContext { get; }

    /// <summary>Runs before the first call, with persistent state loaded.</summary>
    Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Best effort: it does not run when the process dies.</summary>
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

    protected IGrainFactory GrainFactory => ((IGrainHostContext)GrainContext).GrainFactory;

    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Ends the activation once the running calls have been answered.</summary>
    protected void DeactivateOnIdle() =>
        GrainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "the grain asked for it"));
}
