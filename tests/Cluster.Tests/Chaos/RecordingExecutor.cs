using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Cluster.Tests.Chaos;

/// <summary>
/// An executor that runs nothing, and writes down every start and stop. It is fenced as a real one, and sees what must
/// never happen: a uid that is started while it runs or after it was forgotten, and two that run on one GPU.
/// </summary>
internal sealed class RecordingExecutor(Tally tally) : IExecutor
{
    public const int Nodes = 4;
    public const int GpusEach = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DesiredRun Desired, ObservedRun Observed)> _runs = [];
    private readonly Dictionary<(string Node, int Gpu), string> _holders = [];
    private readonly HashSet<string> _forgotten = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "recording";

    public int Starts { get; private set; }

    public int Stops { get; private set; }

    public Task<NodeReport> DiscoverNodesAsync(CancellationToken cancellationToken) => Task.FromResult(new NodeReport
    {
        Executor = Name,
        Nodes = [.. Enumerable.Range(0, Nodes).Select(node => new NodeCapacity($"node-{node}", GpusEach, true))],
    });

    public Task<ImmutableArray<ObservedRun>> ObserveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_runs.Values.Select(run => run.Observed).ToImmutableArray());
        }
    }

    public Task StartAsync(DesiredRun desired, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_forgotten.Contains(desired.Uid))
            {
                tally.Break($"{desired.JobName} ({desired.Uid}) is started after its end was confirmed");
            }

            if (_runs.TryGetValue(desired.Uid, out var known)
                && (known.Desired.Attempt >= desired.Attempt || known.Desired.Generation > desired.Generation))
            {
                return Task.CompletedTask;
            }

            if (known.Observed is { Phase: RunPhase.Running })
            {
                tally.Break($"{desired.JobName} ({desired.Uid}) is started as {desired.Attempt} while it runs");
                Free(known.Desired);
            }

            Hold(desired);
            Starts++;
            _runs[desired.Uid] = (desired, Observe(desired, RunPhase.Running));
        }

        Raise();
        return Task.CompletedTask;
    }

    public Task StopAsync(string uid, CancellationToken cancellationToken)
    {
        End(uid, RunPhase.Stopped, exitCode: null);
        return Task.CompletedTask;
    }

    public Task ForgetAsync(string uid, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_runs.TryGetValue(uid, out var run) && run.Observed.Phase == RunPhase.Running)
            {
                tally.Break($"{run.Desired.JobName} ({uid}) is forgotten while it runs");
            }

            _runs.Remove(uid);
            _forgotten.Add(uid);
        }

        return Task.CompletedTask;
    }

    public async Task WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _changed.Task.WaitAsync(timeout, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>One that runs has done all that it had to do.</summary>
    public void CompleteOne(Random random)
    {
        string[] running;
        lock (_gate)
        {
            running = [.. _runs.Where(run => run.Value.Observed.Phase == RunPhase.Running).Select(run => run.Key)];
        }

        if (running.Length > 0)
        {
            End(running[random.Next(running.Length)], RunPhase.Exited, exitCode: 0);
        }
    }

    /// <summary>All that it has not yet forgotten.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            return string.Join('\n', _runs.Values.Select(run => $"{run.Desired.JobName} {run.Observed}"));
        }
    }

    private static ObservedRun Observe(DesiredRun desired, RunPhase phase, int? exitCode = null) => new()
    {
        Uid = desired.Uid,
        Generation = desired.Generation,
        Attempt = desired.Attempt,
        Phase = phase,
        ExitCode = exitCode,
        At = TimeProvider.System.GetUtcNow(),
    };

    private void End(string uid, RunPhase phase, int? exitCode)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(uid, out var run) || run.Observed.Phase != RunPhase.Running)
            {
                return;
            }

            Free(run.Desired);
            Stops++;
            _runs[uid] = (run.Desired, Observe(run.Desired, phase, exitCode));
        }

        Raise();
    }

    private void Hold(DesiredRun desired)
    {
        foreach (var gpu in GpusOf(desired))
        {
            if (!_holders.TryAdd(gpu, desired.Uid))
            {
                tally.Break($"{desired.JobName} ({desired.Uid}) is started on {gpu}, which {_holders[gpu]} has");
            }
        }
    }

    private void Free(DesiredRun desired)
    {
        foreach (var gpu in GpusOf(desired).Where(gpu => _holders.GetValueOrDefault(gpu) == desired.Uid))
        {
            _holders.Remove(gpu);
        }
    }

    private static IEnumerable<(string Node, int Gpu)> GpusOf(DesiredRun desired) =>
        desired.Blocks.SelectMany(block => block.Gpus.Select(gpu => (block.Node, gpu)));

    private void Raise() => _changed.TrySetResult();
}
