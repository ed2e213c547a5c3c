using System.Diagnostics;
using System.Globalization;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>
/// One <c>sluice server</c> on a data folder and a port of its own, that can be killed and started again on both.
/// Whatever it has started is ended with it.
/// </summary>
internal sealed class SluiceServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string[] _options = [];
    private readonly IReadOnlyDictionary<string, string?> _variables;
    private readonly string _logPath;
    private Process? _process;

    private SluiceServer(string[] options, IReadOnlyDictionary<string, string?> variables)
    {
        _variables = variables;
        DataFolder = Path.Combine(_folder.Path, "data");
        _logPath = Path.Combine(_folder.Path, "server.log");
        Port = FreePort.Next();
        SetOptions(options);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));
        Api = new ApiClient(Address);
    }

    public int Port { get; }

    public Uri Address { get; }

    public string DataFolder { get; }

    /// <summary>A place for what a test itself writes; goes away with the server.</summary>
    public string Folder => _folder.Path;

    /// <summary>Writes a file of that name beside the data folder.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public ApiClient Api { get; }

    /// <summary>What it has said, over all its starts.</summary>
    public string Log => File.Exists(_logPath) ? File.ReadAllText(_logPath) : "";

    /// <summary>How many lines it has said, over all its starts.</summary>
    public int LinesOfLog => Log.Count(character => character == '\n');

    /// <summary>Starts one and waits until it is ready. In the options <c>{port}</c> stands for its port.</summary>
    public static Task<SluiceServer> StartAsync(params string[] options) =>
        StartAsync(options, new Dictionary<string, string?>());

    /// <param name="options">Of the command, beside address and data folder.</param>
    /// <param name="variables">Set in its environment.</param>
    public static async Task<SluiceServer> StartAsync(string[] options, IReadOnlyDictionary<string, string?> variables)
    {
        var server = new SluiceServer(options, variables);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process and waits until it is ready.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        var watch = Stopwatch.StartNew();
        Launch();
        await Patience.UntilAsync(IsReadyAsync, $"the server on port {Port} is ready");
        return watch.Elapsed;
    }

    /// <summary>Starts the process, and kills it when it has said so many lines, ready or not.</summary>
    public async Task StartAndKillAsync(int linesOfLog)
    {
        var before = LinesOfLog;
        Launch();
        await KillAfterAsync(before + linesOfLog, isLate: () => Task.FromResult(false));
    }

    /// <summary>
    /// Kills the process when its log has so many lines, or when it is too late for what was to be interrupted.
    /// </summary>
    public async Task KillAfterAsync(int linesOfLog, Func<Task<bool>> isLate)
    {
        await Patience.UntilAsync(async () => LinesOfLog >= linesOfLog || await isLate(), $"{linesOfLog} lines of log");
        Kill();
    }

    /// <summary>What the next start gives to the command.</summary>
    public void SetOptions(params string[] options) =>
        _options = [.. options.Select(option => option.Replace("{port}", $"{Port}", StringComparison.Ordinal))];

    /// <summary>KILL, to the server alone.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>TERM.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync()
    {
        Signals.SendTerm(_process!.Id);
        await _process.WaitForExitAsync().InTimeAsync();
        return _process.ExitCode;
    }

    /// <summary>Runs a command against this server.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => SluiceExecutable.RunAsync(
        arguments, new Dictionary<string, string?> { ["SLUICE_URL"] = Address.ToString() });

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        await JobProcesses.EndAllAsync(DataFolder);
        _process?.Dispose();
        Api.Dispose();
        _folder.Dispose();
    }

    private void Launch()
    {
        // The shell becomes the server. A file takes its output, for pipes would be left to its runners when it is
        // killed.
        var address = _options.Contains("--urls") || _variables.ContainsKey("FLASK_PORT")
            ? Array.Empty<string>()
            : ["--urls", Address.ToString()];
        var start = new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", _logPath, SluiceExecutable.Path, "server",
                "--data", DataFolder, .. address, .. _options])
        {
            WorkingDirectory = _folder.Path,
        };
        SluiceExecutable.SetVariables(start, _variables);
        // It is killed at lines that it says while it starts.
        start.Environment["SLUICE_DEBUG"] = "1";
        if (_variables.ContainsKey("FLASK_PORT"))
        {
            start.Environment["FLASK_PORT"] = Port.ToString(CultureInfo.InvariantCulture);
        }

        _process?.Dispose();
        _process = Process.Start(start)!;
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(_process!.HasExited, $"the server ended at its start: {Log}");
        try
        {
            return (await Api.GetAsync("/readyz")).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
