using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>A process of <c>stage_workers.py</c>.</summary>
internal sealed class PythonWorkers : IDisposable
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "StageQueues", "stage_workers.py");

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;
    private readonly Task _read;
    private readonly Task<string> _error;

    private PythonWorkers(Uri server, string number, string action, int count)
    {
        _process = Process.Start(new ProcessStartInfo(
            "python3",
            [Script, server.ToString().TrimEnd('/'), number, action, count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _read = ReadAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts so many workers at once, which work until no job is left.</summary>
    public static PythonWorkers Start(Uri server, string number, int threads) => new(server, number, "work", threads);

    /// <summary>Adds jobs 1 to n in one request.</summary>
    /// <returns>What the server said.</returns>
    public static async Task<string> FillAsync(Uri server, string number, int jobs)
    {
        using var process = new PythonWorkers(server, number, "fill", jobs);
        await process.EndAsync();
        return Assert.Single(process._lines);
    }

    /// <summary>Jobs that came, in the order of their coming.</summary>
    public IReadOnlyList<long> Got => Of("got ");

    /// <summary>Jobs whose update was acknowledged.</summary>
    public IReadOnlyList<long> Done => Of("done ");

    /// <summary>Requests for a job whose answer did not come.</summary>
    public int LostCount => _lines.Count(line => line == "lost");

    /// <summary>Waits until no job is left.</summary>
    public async Task EndAsync()
    {
        await _process.WaitForExitAsync().InTimeAsync();
        await _read.InTimeAsync();
        Assert.Equal((0, ""), (_process.ExitCode, await _error.InTimeAsync()));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) _lines.Enqueue(line);
    }

    private List<long> Of(string word) =>
    [
        .. _lines.Where(line => line.StartsWith(word, StringComparison.Ordinal))
            .Select(line => long.Parse(line.AsSpan(word.Length), CultureInfo.InvariantCulture)),
    ];
}
