using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sluice.Bench.Load;
using Sluice.Bench.Servers;

namespace Sluice.Bench.Queues;

/// <summary>A server with lists, and state of its own, which goes away with it.</summary>
internal sealed class QueueServer : IDisposable
{
    private readonly ServerPlan _plan;
    private readonly ServerData _data;
    private RunningServer? _process;
    private ControlClient? _control;
    private LoadGenerator? _load;

    /// <param name="plan">What is started.</param>
    /// <param name="place">Where its state is kept.</param>
    public QueueServer(ServerPlan plan, DataPlace place)
    {
        _plan = plan;
        _data = new(place);
    }

    private RunningServer Process => _process ?? throw new InvalidOperationException("the server was not started");

    private ControlClient Control => _control ?? throw new InvalidOperationException("the server was not started");

    private LoadGenerator Load => _load ?? throw new InvalidOperationException("the server was not started");

    /// <summary>The body of a <c>/set</c>, as a client in Python would send it: jobs from 1 on, packed.</summary>
    public static byte[] JobsBody(int count)
    {
        var json = new StringBuilder("{");
        for (var id = 1; id <= count; id++)
        {
            if (id > 1) json.Append(", ");
            json.Append(
                FormattableString.Invariant(
                    $$"""
                    "{{id}}": {"jobstage": 0, "jobcmd": {"script": "simulate.py", "seed": {{id}}, "step": 0.25} }
                    """));
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(Encoding.UTF8.GetBytes(json.Append('}').ToString()));
        }

        return packed.ToArray();
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = await _plan.StartAsync(_data, cancellationToken);
        _control = new ControlClient(_process.Address);
        _load = LoadGenerator.Connect(_process.Address);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _load?.Dispose();
        _control?.Dispose();
        await Process.KillAsync(cancellationToken);
        Process.Dispose();
    }

    /// <summary>Adds jobs to a list. Once it returns they are durable.</summary>
    public async Task SetAsync(long list, byte[] body, CancellationToken cancellationToken)
    {
        var answer = await Control.AskListAsync(HttpMethod.Post, "/set", list, body, cancellationToken);
        var text = Encoding.UTF8.GetString(answer);
        if (text != FormattableString.Invariant($"Accepted to {list}!"))
        {
            throw new BenchFailure($"/set was answered {text}");
        }
    }

    /// <summary>Jobs of a list.</summary>
    public async Task<int> CountAsync(long list, CancellationToken cancellationToken)
    {
        var answer = await Control.AskListAsync(HttpMethod.Get, "/api/v1/queue", list, null, cancellationToken);
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("job_count").GetInt32();
    }

    public Task<LoadResult> RunAsync(
        IWork work, TimeSpan duration, int connections, CancellationToken cancellationToken) =>
        Process.MeasureAsync(() => Load.RunAsync(work, duration, cancellationToken, connections));

    public void Dispose()
    {
        _load?.Dispose();
        _control?.Dispose();
        _process?.Dispose();
        _data.Dispose();
    }
}
