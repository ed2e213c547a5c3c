using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sluice.Cli.Client;
using Sluice.Cli.Serving;

namespace Sluice.Cli.Demo;

/// <summary>A server of the demo's own: a child process on a free loopback port and a fresh folder.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Of the server's own output, shown where it ends without having been asked to.</summary>
    private const int ShownLines = 10;

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();
    private readonly StreamWriter _log;

    private DemoServer(Process process, string dataFolder, SluiceClient client)
    {
        _process = process;
        _log = new StreamWriter(dataFolder + ".server.log") { AutoFlush = true };
        Client = client;
        process.OutputDataReceived += OnLine;
        process.ErrorDataReceived += OnLine;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public SluiceClient Client { get; }

    /// <summary>Where a server that was started on the folder keeps everything.</summary>
    public static string DataFolder(string folder) => Path.Combine(folder, "data");

    /// <param name="folder">Where its data goes.</param>
    /// <param name="root">The repository, where jobs find the samples.</param>
    /// <param name="policy">Who decides.</param>
    /// <param name="gpus">Simulated GPUs; null: the machine's own.</param>
    /// <param name="cancellationToken">Ends the wait, and the server.</param>
    public static async Task<DemoServer> StartAsync(
        string folder, string root, string policy, int? gpus, CancellationToken cancellationToken)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        var data = DataFolder(folder);
        var process = Process.Start(StartInfo(url, data, root, policy, gpus))
            ?? throw CliFailure.Refused("the server could not be started");
        var server = new DemoServer(
            process, data, new SluiceClient(new ServerAddress(new Uri(url + "/"), Token: null)));
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null while it runs; afterwards what it said last.</summary>
    public string? WhyEnded()
    {
        if (!_process.HasExited)
        {
            return null;
        }

        lock (_lastLines)
        {
            return $"the server ended with status {_process.ExitCode}: {string.Join(" | ", _lastLines)}";
        }
    }

    /// <summary>Ends the server; its jobs must have been ended before, for they outlive it.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            Processes.Terminate(_process.Id);
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
        lock (_lastLines)
        {
            _log.Dispose();
        }
    }

    private static ProcessStartInfo StartInfo(string url, string data, string root, string policy, int? gpus)
    {
        var start = new ProcessStartInfo
        {
            FileName = Environment.ProcessPath!,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        string[] arguments =
        [
            "server", "--urls", url, "--data", data, "--policy", policy, "--grace-seconds", "5",
            ServerCommand.OwnSessionOption,
            .. gpus is { } count ? ["--gpus", count.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // The demo is the same whatever the person's own server is set up like.
        foreach (var variable in new[] { "FLASK_PORT", "MHOST", "MPORT", "SLUICE_URL", "SLUICE_TOKEN" })
        {
            start.Environment.Remove(variable);
        }

        // A policy of the one domain would win over the demo's.
        foreach (var variable in start.Environment.Keys.Where(IsPolicyOfADomain).ToList())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["SLUICE_ROOT"] = root;
        return start;
    }

    private static bool IsPolicyOfADomain(string variable) =>
        variable.StartsWith("SLUICE_Capacity__Policies__", StringComparison.OrdinalIgnoreCase);

    // Somebody may take the port before the server does; the demo then ends with the server's own message.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await Client.IsReadyAsync(cancellationToken))
        {
            if (WhyEnded() is { } why)
            {
                throw CliFailure.Refused(why);
            }

            if (Stopwatch.GetElapsedTime(began) > StartPatience)
            {
                throw CliFailure.Unreachable($"the server was not ready within {StartPatience.TotalSeconds:F0} s");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { Length: > 0 } text)
        {
            return;
        }

        lock (_lastLines)
        {
            if (_log.BaseStream is null)
            {
                return;
            }

            _log.WriteLine(text);
            _lastLines.Enqueue(text);
            if (_lastLines.Count > ShownLines)
            {
                _lastLines.Dequeue();
            }
        }
    }
}
