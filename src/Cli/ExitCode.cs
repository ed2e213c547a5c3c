namespace Sluice.Cli;

/// <summary>What the process's exit status says.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Refused, or failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No server answers.</summary>
    public const int Unreachable = 3;

    /// <summary>Ended by Ctrl-C or TERM, as shells report it.</summary>
    public const int Interrupted = 130;
}
