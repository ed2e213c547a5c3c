using Sluice.Cli.Output;

namespace Sluice.Cli;

/// <summary>
/// What a command touches of the process around it, so that tests can run commands in their own process.
/// </summary>
internal sealed record CliEnvironment
{
    /// <summary>Value of an environment variable; null or empty: not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output as bytes, for logs that need not be text.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    /// <summary>True: a person looks at standard output, so tables may have colors and fit the window.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>For what takes long.</summary>
    public required Progress Progress { get; init; }

    public required TimeProvider Time { get; init; }

    public string? Set(string variable) => Variable(variable) is { Length: > 0 } value ? value : null;

    public static CliEnvironment OfProcess() => new()
    {
        Variable = Environment.GetEnvironmentVariable,
        Out = Console.Out,
        Error = Console.Error,
        OpenOutput = Console.OpenStandardOutput,
        OpenInput = Console.OpenStandardInput,
        IsTerminal = !Console.IsOutputRedirected,
        Progress = Progress.Of(
            !Console.IsOutputRedirected && !Console.IsErrorRedirected, Console.Error, TimeProvider.System),
        Time = TimeProvider.System,
    };
}
