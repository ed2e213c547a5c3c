namespace Sluice.Gateway.Jobs;

/// <summary>A command that was read from a body; where there is a problem, the rest is not to be used.</summary>
internal readonly record struct JobRequest<TCommand>(string? Problem, string Name, TCommand Command)
    where TCommand : notnull;

internal static class JobRequest
{
    public static JobRequest<TCommand> Refuse<TCommand>(string problem)
        where TCommand : notnull => new(problem, "", default!);
}
