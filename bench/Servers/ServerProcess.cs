using System.Diagnostics;
using System.Text.RegularExpressions;
using Sluice.Bench.Load;

namespace Sluice.Bench.Servers;

/// <summary>A server as a process of its own, from its start to its sudden end.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Exited += (_, _) => _address.TrySetException(new BenchFailure($"the server ended at its start: {LastLines}"));
        process.EnableRaisingEvents = true;
    }

    public Uri Address => _address.Task.Result;

    /// <summary>Memory that the process has in RAM.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    private string LastLines
    {
        get
        {
            lock (_lastLines) return string.Join(" | ", _lastLines);
        }
    }

    /// <summary>Starts a program and waits until it says at which address it listens.</summary>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, _) in LoadGenerator.SocketSettings) start.Environment.Remove(name);
        var server = new ServerProcess(new Process { StartInfo = start });
        try
        {
            server._process.Start();
            server._process.BeginOutputReadLine();
            server._process.BeginErrorReadLine();
            await server._address.Task.WaitAsync(LongestStart, cancellationToken);
            return server;
        }
        catch (Exception problem)
        {
            server.Dispose();
            throw problem is TimeoutException
                ? new BenchFailure($"the server did not listen within {LongestStart.TotalSeconds} s: {server.LastLines}")
                : problem;
        }
    }

    /// <summary>Ends it as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        // The end of its output is read on the sockets' thread.
        await Task.Yield();
    }

    public void Dispose()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit(LongestEnd);
        }
        catch (InvalidOperationException)
        {
            // It never started, or it is gone already.
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"listens on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListensOn { get; }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines) _lastLines.Dequeue();
        }

        if (!_address.Task.IsCompleted && ListensOn.Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }
}
