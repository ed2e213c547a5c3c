using System.Runtime.InteropServices;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>Signals that the class library does not offer.</summary>
internal static partial class Signals
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>KILL; a process that is gone is no error.</summary>
    public static void SendKill(int processId) => _ = Send(processId, Kill);

    /// <summary>TERM; a process that is gone is no error.</summary>
    public static void SendTerm(int processId) => _ = Send(processId, Terminate);

    /// <summary>STOP: the process stands still until <see cref="SendContinue"/>.</summary>
    public static void SendStop(int processId) => _ = Send(processId, Stop);

    /// <summary>CONT.</summary>
    public static void SendContinue(int processId) => _ = Send(processId, Continue);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
