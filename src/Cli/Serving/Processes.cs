using System.Runtime.InteropServices;

namespace Sluice.Cli.Serving;

/// <summary>What the class library does not offer for processes.</summary>
internal static partial class Processes
{
    private const int TerminateSignal = 15;

    /// <summary>Asks a process to end. One that is gone already is no error.</summary>
    public static void Terminate(int processId) => _ = Kill(processId, TerminateSignal);

    /// <summary>
    /// Leaves the terminal's session: its Ctrl-C and hang-up no longer reach this process. A process that leads a
    /// session already stays where it is.
    /// </summary>
    public static void LeaveTerminal() => _ = SetSession();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSession();
}
