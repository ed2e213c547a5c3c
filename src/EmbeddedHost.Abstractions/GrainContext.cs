namespace Sluice.EmbeddedHost.Abstractions;

/// <summary>What the host knows of one activation.</summary>
public interface IGrainContext
{
    GrainId GrainId { get; }

    /// <summary>Services of this activation; scoped ones live as long as it does.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Ends the activation once the running calls have been answered.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>What only the host and the base classes need of a context.</summary>
internal interface IGrainHostContext : IGrainContext
{
    IGrainFactory GrainFactory { get; }

    IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options);
}

/// <summary>Carries the context from the host into the constructor of <see cref="Grain"/>.</summary>
internal static class GrainActivationScope
{
    [ThreadStatic]
    private static IGrainHostContext? t_current;

    public static IGrainHostContext? Current => t_current;

    /// <summary>Runs a grain's constructor with its context in place.</summary>
    public static object Run(IGrainHostContext context, Func<object?[], object> construct, object?[] arguments)
    {
        var outer = t_current;
        t_current = context;
        try
        {
            return construct(arguments);
        }
        finally
        {
            t_current = outer;
        }
    }
}
