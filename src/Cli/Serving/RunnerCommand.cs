using Sluice.Executors.Local;

namespace Sluice.Cli.Serving;

/// <summary>
/// <c>sluice runner</c>: the small process around one job; started by the local executor, not by people.
/// </summary>
internal static class RunnerCommand
{
    public static Task<int> RunAsync(string[] arguments) => Runner.RunAsync(arguments);
}
