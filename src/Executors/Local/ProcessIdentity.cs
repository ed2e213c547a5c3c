using System.Text.Json.Serialization;

namespace Sluice.Executors.Local;

/// <summary>
/// A process, told apart from a later one that got the same number: by its start time, and by the boot in which both
/// numbers count.
/// </summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTicks">Field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="BootId">Of <c>/proc/sys/kernel/random/boot_id</c>.</param>
internal sealed record ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    private static readonly Lazy<string> Boot = new(() =>
        File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    public static string CurrentBootId => Boot.Value;

    /// <summary>This process.</summary>
    public static ProcessIdentity OfThisProcess()
    {
        var entry = ProcessTable.TryRead(Environment.ProcessId)
            ?? throw new InvalidOperationException("/proc does not show this process; is it mounted?");
        return new(entry.Pid, entry.StartTicks, CurrentBootId);
    }

    [JsonIgnore]
    public bool IsOfThisBoot => BootId == CurrentBootId;

    /// <summary>Sends a signal, unless the process is gone or its number is another's by now.</summary>
    public void Signal(int signal)
    {
        if (IsOfThisBoot && ProcessTable.TryRead(Pid) is { } entry && entry.StartTicks == StartTicks)
        {
            Libc.Signal(Pid, signal);
        }
    }
}
