using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Sluice.Bench.Servers;

namespace Sluice.Bench.Elastic;

/// <summary>One run of a workload: a server with simulated nodes, and a process a job.</summary>
internal sealed class ElasticRun(ElasticSettings settings, IReadOnlyList<ElasticJob> jobs, ElasticMode mode) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-elastic-").FullName;
    private double _heldGpuSeconds;
    private TimeSpan _lastLook;
    private int _held;

    public async Task<ElasticResult> RunAsync(Action<string> say, CancellationToken cancellationToken)
    {
        using var server = await ServerProcess.StartAsync(
            settings.Server,
            [
                "server", "--urls", "http://127.0.0.1:0", "--data", _folder, "--nodes", settings.Nodes,
                "--grace-seconds", "5", "--policy", mode == ElasticMode.Adaptive ? "adaptive" : "recent-checkpoint",
            ],
            cancellationToken);
        using var control = new ControlClient(server.Address);
        try
        {
            return await PlayAsync(control, say, cancellationToken);
        }
        finally
        {
            // Jobs outlive their server, and must not outlive the bench.
            await EndJobsAsync(control);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<ElasticResult> PlayAsync(
        ControlClient control, Action<string> say, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var gpus = 0;
        double? utilization = null;
        for (var deployed = 0; ;)
        {
            while (deployed < jobs.Count && Stopwatch.GetElapsedTime(began) >= jobs[deployed].At)
            {
                await DeployAsync(control, jobs[deployed++], cancellationToken);
            }

            var now = Stopwatch.GetElapsedTime(began);
            _heldGpuSeconds += _held * (now - _lastLook).TotalSeconds;
            (_lastLook, var active) = (now, 0);
            (gpus, _held, active) = await LookAsync(control, cancellationToken);
            say($"{mode}: {now.TotalSeconds:0} s, {deployed} of {jobs.Count} arrived, {active} active, {_held} of {gpus} GPUs");
            if (deployed == jobs.Count)
            {
                // When nobody else comes, GPUs are left over in every mode.
                utilization ??= _heldGpuSeconds / (gpus * now.TotalSeconds);
                if (active == 0) break;
            }

            if (now > settings.Longest)
            {
                throw new BenchFailure($"not all jobs ended within {settings.Longest.TotalMinutes} minutes");
            }

            await Task.Delay(LookInterval, cancellationToken);
        }

        return new()
        {
            Mode = mode,
            Jobs = await Task.WhenAll(jobs.Select(job => OutcomeAsync(control, job, cancellationToken))),
            Makespan = _lastLook,
            Utilization = utilization.Value,
        };
    }

    private async Task DeployAsync(ControlClient control, ElasticJob job, CancellationToken cancellationToken)
    {
        var manifest = job.Manifest(mode, settings.Trainer, settings.PythonModules);
        var (status, body) = await control.PostAsync("/deploy", Encoding.UTF8.GetBytes(manifest), cancellationToken);
        if (status is not HttpStatusCode.Created)
        {
            throw new BenchFailure($"/deploy was answered {(int)status}: {Encoding.UTF8.GetString(body)}");
        }
    }

    private static async Task<(int Gpus, int Held, int Active)> LookAsync(
        ControlClient control, CancellationToken cancellationToken)
    {
        var (_, body) = await control.GetAsync("/api/v1/capacity", cancellationToken);
        using var capacity = JsonDocument.Parse(body);
        var allocations = capacity.RootElement.GetProperty("allocations");
        return (
            capacity.RootElement.GetProperty("nodes").EnumerateArray().Sum(node => node.GetProperty("gpu_count").GetInt32()),
            allocations.EnumerateArray().Sum(one => one.GetProperty("held_gpus").GetInt32()),
            allocations.GetArrayLength());
    }

    private static async Task<ElasticOutcome> OutcomeAsync(
        ControlClient control, ElasticJob job, CancellationToken cancellationToken)
    {
        var (_, body) = await control.GetAsync($"/api/v1/jobs/{job.Name}", cancellationToken);
        using var described = JsonDocument.Parse(body);
        var one = described.RootElement;
        var status = one.GetProperty("job").GetProperty("status").GetString();
        if (status != "completed") throw new BenchFailure($"{job.Name} ended as {status}");
        var arrived = DateTimeOffset.FromUnixTimeSeconds(one.GetProperty("job").GetProperty("job_arrival_time").GetInt64());
        return new(
            Positive(one.GetProperty("started_at").GetDateTimeOffset() - arrived),
            Positive(one.GetProperty("ended_at").GetDateTimeOffset() - arrived),
            one.GetProperty("attempt").GetInt32(),
            one.GetProperty("lost_seconds").GetDouble());
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private async Task EndJobsAsync(ControlClient control)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var names = JsonSerializer.SerializeToUtf8Bytes(new { names = jobs.Select(job => job.Name) });
        await control.DeleteAsync("/delete", names, patience.Token);
        while ((await LookAsync(control, patience.Token)).Active > 0) await Task.Delay(LookInterval, patience.Token);
    }
}
