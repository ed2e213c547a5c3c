namespace Sluice.Simulation.Engine;

/// <summary>
/// What histories throw at the code that they run. Anything else that leaves a grain or a loop is a bug of that code.
/// </summary>
internal interface IInjectedFault
{
    /// <summary>
    /// True: it is an injected fault, or what follows from one; or two writers met, which is what etags are for.
    /// </summary>
    static bool Explains(Exception exception) => exception switch
    {
        IInjectedFault or InconsistentStateException => true,
        AggregateException several => several.InnerExceptions.All(Explains),
        { InnerException: { } cause } => Explains(cause),
        _ => false,
    };
}

/// <summary>The store could not be read or written, or did not answer.</summary>
internal sealed class StoreFault(string message) : IOException(message), IInjectedFault;

/// <summary>The store says that another writer was faster.</summary>
internal sealed class ConflictFault(string message) : InconsistentStateException(message), IInjectedFault;

/// <summary>The executor could not do what it was asked to, or did not answer.</summary>
internal sealed class ExecutorFault(string message) : IOException(message), IInjectedFault;

/// <summary>A call or its answer was lost.</summary>
internal sealed class LostCallFault(string message) : TimeoutException(message), IInjectedFault;

/// <summary>There was no server to take a call.</summary>
internal sealed class NoServerFault(string message) : SiloUnavailableException(message), IInjectedFault;
