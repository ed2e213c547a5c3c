using System.Diagnostics;

namespace Sluice.Cluster.Tests.Hosting;

/// <summary>
/// A silo or a gateway as it was built, started as a process that can be killed, frozen and started again.
/// </summary>
internal sealed class ClusterProcess : IDisposable
{
    private const int MaxRestarts = 20;

    private readonly string _path;
    private readonly string[] _arguments;
    private readonly string _logPath;
    private Process? _process;

    /// <param name="project">Such as <c>Silo</c>.</param>
    /// <param name="name">Names it in messages.</param>
    /// <param name="folder">Where its log is written.</param>
    /// <param name="url">Where it serves HTTP.</param>
    /// <param name="arguments">Its settings.</param>
    public ClusterProcess(string project, string name, string folder, Uri url, params string[] arguments)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        _path = Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, $"Sluice.{project}");
        _logPath = Path.Combine(folder, $"{name}.log");
        (Name, Url, _arguments) = (name, url, arguments);
    }

    public string Name { get; }

    public Uri Url { get; }

    /// <summary>What it has said, over all its starts.</summary>
    public string Log => File.Exists(_logPath) ? File.ReadAllText(_logPath) : "";

    public bool HasExited => _process is null || _process.HasExited;

    public void Launch()
    {
        _process?.Dispose();
        // The shell becomes the process. A file takes its output; it leaves no core when it ends itself.
        _process = Process.Start(new ProcessStartInfo(
            "/bin/sh", ["-c", "ulimit -c 0; exec \"$@\" >>\"$0\" 2>&1 </dev/null", _logPath, _path, .. _arguments])
        {
            Environment = { ["DOTNET_gcServer"] = "0", ["DOTNET_DbgEnableMiniDump"] = "0" },
        })!;
    }

    /// <summary>How often it had to be started again though nobody ended it.</summary>
    public int Restarts { get; private set; }

    /// <summary>
    /// Returns when it serves. One that ends before is started again, as a supervisor does: on a busy machine others
    /// may take it for dead.
    /// </summary>
    public async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        await Eventually.IsTrueAsync(async () =>
        {
            if (HasExited)
            {
                Assert.True(++Restarts < MaxRestarts, $"{Name} ends again and again: {Log}");
                Launch();
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(Url, "/readyz"));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, $"{Name} is ready");
    }

    public void Kill()
    {
        Signals.SendKill(_process!.Id);
        _process.WaitForExit();
    }

    public void Freeze() => Signals.SendStop(_process!.Id);

    public void Thaw() => Signals.SendContinue(_process!.Id);

    /// <summary>TERM.</summary>
    /// <returns>Its exit status.</returns>
    public Task<int> StopAsync()
    {
        Signals.SendTerm(_process!.Id);
        return ExitAsync();
    }

    /// <summary>Returns when it has ended by itself.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> ExitAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!HasExited)
        {
            Thaw();
            Kill();
        }

        _process?.Dispose();
    }
}
