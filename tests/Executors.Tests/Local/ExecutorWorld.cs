using System.Globalization;
using System.Text;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Executors.Local;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors.Tests.Local;

/// <summary>
/// A folder of runs with real processes in it. A manifest here is a script that each rank runs by <c>sh -c</c>, one
/// rank a line of <c>---</c>.
/// </summary>
internal sealed class ExecutorWorld : IAsyncDisposable
{
    private readonly List<LocalExecutor> _executors = [];
    private readonly HashSet<string> _uids = [];

    public ExecutorWorld()
    {
        Root = Path.Combine(Path.GetTempPath(), "sluice-runs-" + Guid.NewGuid().ToString("N")[..12]);
        Options = new LocalExecutorOptions
        {
            RunDirectory = Root,
            RunnerCommand = Runner,
            SluiceUrl = () => "http://127.0.0.1:5999",
            GpuCount = 8,
            GracePeriod = TimeSpan.FromSeconds(20),
        };
    }

    public static string[] Runner { get; } =
    [
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        Path.Combine(AppContext.BaseDirectory, "Sluice.RunnerHost.dll"),
    ];

    public string Root { get; }

    /// <summary>Warnings of all executors, in their order.</summary>
    public ConcurrentQueue<string> Said { get; } = [];

    public LocalExecutorOptions Options { get; }

    /// <summary>A server's executor; a second one on the same folder is what a restarted server has.</summary>
    public LocalExecutor NewExecutor()
    {
        var executor = new LocalExecutor(
            Microsoft.Extensions.Options.Options.Create(Options),
            Plan,
            TimeProvider.System,
            new ExecutorInstruments(),
            new Logger(Said));
        _executors.Add(executor);
        return executor;
    }

    public RunFolder Folder(string uid = "u-1")
    {
        _uids.Add(uid);
        return new RunFolder(Path.Combine(Root, uid));
    }

    public string WorkFile(string name, string uid = "u-1") => Path.Combine(Folder(uid).WorkDirectory, name);

    public async Task StartAsync(IExecutor executor, DesiredRun desired)
    {
        _uids.Add(desired.Uid);
        await executor.StartAsync(desired, CancellationToken.None);
    }

    /// <summary>The run, once it is in the phase.</summary>
    public static Task<ObservedRun> PhaseAsync(IExecutor executor, RunPhase phase, string uid = "u-1") =>
        Eventually.FindAsync(async () =>
            (await executor.ObserveAsync(CancellationToken.None))
                .FirstOrDefault(run => run.Uid == uid && run.Phase == phase), $"{uid} {phase}");

    public static async Task<ObservedRun?> SeeAsync(IExecutor executor, string uid = "u-1") =>
        (await executor.ObserveAsync(CancellationToken.None)).FirstOrDefault(run => run.Uid == uid);

    public Task FileAsync(string name, string uid = "u-1") =>
        Eventually.IsTrueAsync(
            () => File.Exists(WorkFile(name, uid)) && new FileInfo(WorkFile(name, uid)).Length > 0, name);

    public int Pid(string name, string uid = "u-1") =>
        int.Parse(File.ReadAllText(WorkFile(name, uid)).Trim(), CultureInfo.InvariantCulture);

    public int RunnerPid(int attempt = 1, string uid = "u-1") => Folder(uid).ReadRunner(attempt)!.Runner.Pid;

    /// <summary>All processes that carry the marks of the uid.</summary>
    public List<int> Marked(string uid = "u-1")
    {
        string[] marks = [.. Folder(uid).Markers.Select(mark => $"{mark.Name}={mark.Value}")];
        return [.. ProcessTable.Read()
            .Where(entry => !entry.IsZombie && ProcessTable.WasStartedWith(entry.Pid, marks))
            .Select(entry => entry.Pid)];
    }

    public static bool Lives(int pid) => ProcessTable.TryRead(pid) is { IsZombie: false };

    public static async Task<string> LogAsync(LocalExecutor executor, int rank = 0, string uid = "u-1") =>
        Encoding.UTF8.GetString(
            (await executor.ReadAsync(uid, rank, 0, 1 << 20, CancellationToken.None))!.Value.Span);

    public async ValueTask DisposeAsync()
    {
        Options.GracePeriod = TimeSpan.Zero;
        var last = NewExecutor();
        foreach (var uid in _uids)
        {
            // A test that failed leaves its processes; they end without a grace period.
            Marked(uid).ForEach(pid => Libc.Signal(pid, Libc.SigKill));
            await last.StopAsync(uid, CancellationToken.None);
        }

        _executors.ForEach(executor => executor.Dispose());
        Directory.Delete(Root, recursive: true);
    }

    private static LocalPlan Plan(string yaml, ManifestAssignment assignment, int masterPort)
    {
        if (yaml.StartsWith("throw:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(yaml[6..]);
        }

        var scripts = yaml.Split("\n---\n");
        return new LocalPlan(
            [.. scripts.Select((script, rank) => new LocalProcess
            {
                Rank = rank,
                Arguments = script.StartsWith("exec:", StringComparison.Ordinal) ? [script[5..]] : ["sh", "-c", script],
                Environment =
                [
                    ("RANK", rank.ToString(CultureInfo.InvariantCulture)),
                    ("MASTER_PORT", masterPort.ToString(CultureInfo.InvariantCulture)),
                    ("SLUICE_URL", assignment.SluiceUrl),
                ],
            })],
            yaml.StartsWith("problem:", StringComparison.Ordinal) ? yaml[8..] : null);
    }

    private sealed class Logger(ConcurrentQueue<string> said) : ILogger<LocalExecutor>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => said.Enqueue(formatter(state, exception));
    }
}
