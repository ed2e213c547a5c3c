using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors;

/// <summary>The next step that brings what runs of one uid nearer to what is desired.</summary>
public abstract record RunAction
{
    private RunAction()
    {
    }

    /// <summary>Start the desired attempt.</summary>
    public sealed record Start : RunAction;

    /// <summary>End whatever runs of the uid.</summary>
    public sealed record Stop : RunAction;

    /// <summary>
    /// Tell the job's grain. What is desired must be read again before the next decision: the report may change it.
    /// </summary>
    public sealed record Report(RunReport Value) : RunAction;

    /// <summary>Drop what is kept of the uid.</summary>
    public sealed record Forget : RunAction;

    /// <summary>Nothing to do, until something changes or the time has come.</summary>
    public sealed record Wait(DateTimeOffset? Until = null) : RunAction;
}
