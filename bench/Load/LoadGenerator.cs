using System.Diagnostics;
using System.Net;

namespace Sluice.Bench.Load;

/// <summary>A fixed number of connections to one server, which all ask as fast as they are answered.</summary>
internal sealed class LoadGenerator : IDisposable
{
    /// <summary>Connections of a measurement, where no fewer are asked for.</summary>
    public const int ConnectionCount = 64;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMinutes(20);

    private readonly LoadConnection[] _connections;

    private LoadGenerator(LoadConnection[] connections) => _connections = connections;

    /// <summary>
    /// Makes sockets complete on the one thread that waits for them: a cheap generator leaves the cores to what is
    /// measured. To be called before the process opens its first socket.
    /// </summary>
    public static void UseOneThread()
    {
        foreach (var (name, value) in SocketSettings) Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>The environment that <see cref="UseOneThread"/> sets, which no child process must inherit.</summary>
    public static IReadOnlyList<(string Name, string Value)> SocketSettings { get; } =
    [
        ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"),
        ("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1"),
    ];

    public static LoadGenerator Connect(Uri server)
    {
        var end = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        var connections = new LoadConnection[ConnectionCount];
        for (var i = 0; i < connections.Length; i++)
        {
            connections[i] = LoadConnection.Open(i, end);
        }

        return new LoadGenerator(connections);
    }

    /// <summary>Works for a time.</summary>
    /// <param name="work">What to ask.</param>
    /// <param name="duration">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="connections">The first so many of the connections; the others rest.</param>
    public Task<LoadResult> RunAsync(
        IWork work, TimeSpan duration, CancellationToken cancellationToken, int connections = ConnectionCount) =>
        RunUntilAsync(
            work, connections, Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency),
            cancellationToken);

    /// <summary>Works until nothing is left to ask.</summary>
    public Task<LoadResult> RunAllAsync(IWork work, CancellationToken cancellationToken) =>
        RunUntilAsync(work, ConnectionCount, long.MaxValue, cancellationToken);

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }

    private async Task<LoadResult> RunUntilAsync(
        IWork work, int connections, long endAt, CancellationToken cancellationToken)
    {
        var workers = _connections[..connections];
        var started = Stopwatch.GetTimestamp();
        var running = workers.Select(connection => connection.RunAsync(work, endAt)).ToArray();
        await WhenAllOrOneFails(running, endAt, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var latencies = new LatencyHistogram();
        foreach (var connection in workers) latencies.Add(connection.Latencies);
        return new LoadResult
        {
            Requests = workers.Sum(connection => connection.Requests),
            Elapsed = elapsed,
            BodyBytes = workers.Sum(connection => connection.BodyBytes),
            Latencies = latencies,
        };
    }

    /// <summary>The first failure ends the wait: the other connections would go on, which the end of the run stops.</summary>
    private static async Task WhenAllOrOneFails(Task[] running, long endAt, CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(running);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var one in running)
        {
            _ = one.ContinueWith(
                ended => failed.TrySetException(ended.Exception!.InnerException!),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
        }

        var limit = endAt == long.MaxValue ? LongestLoad : LeftUntil(endAt) + LongestAnswer;
        try
        {
            await await Task.WhenAny(all, failed.Task).WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new BenchFailure($"the server did not answer everything within {limit.TotalSeconds:0} s");
        }
    }

    private static TimeSpan LeftUntil(long endAt) =>
        TimeSpan.FromSeconds(Math.Max(0, endAt - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
}
