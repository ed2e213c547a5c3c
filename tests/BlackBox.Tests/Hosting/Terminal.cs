using System.Diagnostics;
using System.Text;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>The command at a terminal, as a person starts it: what it shows can be read while it runs.</summary>
internal sealed class Terminal : IDisposable
{
    private const string Spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

    private readonly StringBuilder _shown = new();
    private readonly Process _process;
    private readonly Task _read;

    /// <param name="arguments">Of the command.</param>
    /// <param name="variables">Set in its environment.</param>
    public Terminal(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables)
    {
        var start = new ProcessStartInfo("python3", ["-c", Spawn, SluiceExecutable.Path, .. arguments])
        {
            // Left open: its end would be the end of the terminal's input.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        SluiceExecutable.SetVariables(start, variables);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        _process = Process.Start(start)!;
        _read = ReadAsync();
    }

    /// <summary>All that was written so far, control sequences included.</summary>
    public string Shown
    {
        get
        {
            lock (_shown) return _shown.ToString();
        }
    }

    public Task ShowsAsync(string text) =>
        Patience.UntilAsync(() => Shown.Contains(text, StringComparison.Ordinal), $"the terminal shows '{text}'");

    /// <returns>The exit status.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().InTimeAsync();
        await _read.InTimeAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        for (int count; (count = await _process.StandardOutput.ReadAsync(buffer)) > 0;)
        {
            lock (_shown) _shown.Append(buffer, 0, count);
        }
    }
}
