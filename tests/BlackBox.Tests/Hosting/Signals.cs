using System.Runtime.InteropServices;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>Signals that the class library does not offer.</summary>
internal static partial class Signals
{
    private const int Kill = 9;
    private const int Terminate = 15;

    /// <summary>KILL; a process that is gone is no error.</summary>
    public static void SendKill(int processId) => _ = Send(processId, Kill);

    /// <summary>TERM; a process that is gone is no error.</summary>
    public static void SendTerm(int processId) => _ = Send(processId, Terminate);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
