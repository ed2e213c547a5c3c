using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Testing;

namespace Sluice.Grains.Tests.Hosting;

/// <summary>
/// The real grains on the embedded host and the SQLite store. What an executor would do is done step by step by the
/// test, so that it can look between the steps.
/// </summary>
internal sealed class GrainWorld : IAsyncDisposable
{
    private readonly DurableHost _host;

    private GrainWorld(Action<IServiceCollection>? configure) => _host = new(configure);

    public IClusterCapacityGrain Capacity =>
        Grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.DefaultDomain));

    private IGrainFactory Grains => _host.Grains;

    public static async Task<GrainWorld> StartAsync(int gpus, Action<IServiceCollection>? configure = null)
    {
        var world = new GrainWorld(configure);
        await world._host.StartAsync();
        await world.Capacity.ReportNodesAsync(
            new() { Executor = "test", Nodes = [new("node", gpus, IsSimulated: true)] });
        return world;
    }

    public IJobGrain Job(string name) => Grains.GetGrain<IJobGrain>(GrainKeys.Job(GrainKeys.DefaultDomain, name));

    public async Task<JobRecord> RecordAsync(string name) =>
        await Job(name).GetAsync() ?? throw new InvalidOperationException($"there is no job {name}");

    /// <summary>Everything in memory is gone; what was committed is not.</summary>
    public Task RestartAsync() => _host.RestartAsync();

    public Task<DeployAnswer> DeployAsync(
        string name, int req, int lim, bool isAfterCheckpoint = false, int minRunSeconds = 0) =>
        Job(name).DeployAsync(new() { Manifest = Manifest(name, req, lim, isAfterCheckpoint, minRunSeconds) });

    /// <summary>The trainer has saved so many epochs.</summary>
    public Task<JobAnswer> NotifyAsync(string name, int epochs, int of) => Job(name).UpdateCheckpointAsync(new()
    {
        LastCheckpointTime = Number.Of(2_000_000_000 + epochs),
        CompletedEpochs = Number.Of(epochs),
        TotalEpochs = Number.Of(of),
    });

    /// <summary>Does all that is desired, as an executor would, until nothing is left to be done.</summary>
    public async Task RunExecutorAsync()
    {
        for (var isDone = false; !isDone;)
        {
            isDone = true;
            foreach (var run in await DesiredAsync())
            {
                var description = await Job(run.JobName).DescribeAsync();
                if (run.ShouldRun && (description?.Uid != run.Uid || description.Job.Status != JobStatus.Running
                    || await IsHeldBeyondDecisionAsync(run.Uid)))
                {
                    await ReportAsync(run, RunPhase.Running);
                    isDone = false;
                }
                else if (!run.ShouldRun && run.Attempt > 0
                    && (run.IsEnding || await IsHeldBeyondDecisionAsync(run.Uid)))
                {
                    await ReportAsync(run, RunPhase.Stopped);
                    isDone = false;
                }
            }

            await DeliveredAsync();
        }
    }

    public Task ReportAsync(DesiredRun run, RunPhase phase, int? exitCode = null) =>
        Job(run.JobName).ReportRunAsync(new()
    {
        Uid = run.Uid,
        Generation = run.Generation,
        Attempt = run.Attempt,
        Phase = phase,
        ExitCode = exitCode,
        IsUnwanted = run.IsEnding,
        At = DateTimeOffset.UtcNow,
    });

    public async Task<IReadOnlyList<DesiredRun>> DesiredAsync()
    {
        var desired = await _host.Services.GetRequiredService<IDesiredRuns>()
            .ReadAllAsync(GrainKeys.DefaultDomain, CancellationToken.None);
        return [.. desired.Jobs.SelectMany(job => job.Runs)];
    }

    public async Task<DesiredRun> DesiredAsync(string name) =>
        (await DesiredAsync()).Single(run => run.JobName == name && run.Manifest.Length > 0);

    /// <summary>The courier has taken every decision to its job.</summary>
    public Task DeliveredAsync() => Eventually.IsTrueAsync(
        async () => (await Capacity.ReadUndeliveredAsync(after: 0, max: 1)).IsEmpty, "every decision reaches its job");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static string Manifest(
        string name, int req, int lim, bool isAfterCheckpoint = false, int minRunSeconds = 0) => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
          annotations:
            sluice.dev/scale-mode: {{(isAfterCheckpoint ? "after-checkpoint" : "immediate")}}
            sluice.dev/min-run-seconds: "{{minRunSeconds}}"
        spec:
          restartPolicy: OnFailure
          containers:
          - name: main
            command: [sleep, "1000"]
            resources:
              requests: { nvidia.com/gpu: {{req}} }
              limits: { nvidia.com/gpu: {{lim}} }
        """;

    private async Task<bool> IsHeldBeyondDecisionAsync(string uid) =>
        (await Capacity.GetAsync()).Allocations.Any(entry =>
            entry.Uid == uid && entry.HeldGpus > entry.Decided.Blocks.Sum(block => block.Gpus.Length));
}
