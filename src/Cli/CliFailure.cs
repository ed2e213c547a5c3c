namespace Sluice.Cli;

/// <summary>Ends the command with one line on stderr. The message starts small and has no full stop.</summary>
internal sealed class CliFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CliFailure Refused(string message) => new(Cli.ExitCode.Failed, message);

    public static CliFailure Usage(string message) => new(Cli.ExitCode.Usage, message);

    public static CliFailure Unreachable(string message) => new(Cli.ExitCode.Unreachable, message);
}
