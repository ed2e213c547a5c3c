using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Machines;

/// <summary>
/// The machines, and all that runs on them: the truth that servers only observe, and what outlives them. It fences as
/// the local executor does: an attempt is started at most once, and none beside another one of its uid.
/// </summary>
internal sealed class Cluster(Simulator simulator, RunCheck checks)
{
    public static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(20);

    private const int MaxForgotten = 1_000;
    private const int MaxScripts = 10_000;

    private readonly SortedDictionary<string, int> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _down = new(StringComparer.Ordinal);
    private readonly SortedSet<(string Node, int Gpu)> _lostGpus = [];
    private readonly SortedDictionary<string, int> _quotas = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SimulatedRun> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedRun> _forgotten = new(StringComparer.Ordinal);
    private readonly Queue<string> _forgottenInOrder = [];
    private readonly Dictionary<string, int> _progress = new(StringComparer.Ordinal);
    private readonly Dictionary<int, JobScript> _scripts = [];
    private TaskCompletionSource _rang = new();

    public Simulator Simulator => simulator;

    public RunCheck Checks => checks;

    /// <summary>How a trainer tells of a checkpoint; null: nobody answered.</summary>
    public Func<SimulatedRun, int, Task<JobAnswer?>> NotifyAsync { get; set; } =
        (_, _) => Task.FromResult<JobAnswer?>(null);

    public IReadOnlyDictionary<string, int> Nodes => _nodes;

    public IEnumerable<string> NodesUp => _nodes.Keys.Where(node => !_down.Contains(node));

    public IReadOnlyDictionary<string, int> Quotas => _quotas;

    public IEnumerable<SimulatedRun> Alive => _runs.Values.Where(run => run.IsAlive);

    public Task Changed => _rang.Task;

    /// <summary>All of whom something is known, dead or alive.</summary>
    public IReadOnlyCollection<SimulatedRun> Runs => _runs.Values;

    public void SetNode(string node, int gpus) => _nodes[node] = gpus;

    /// <param name="namespaceName">Whose.</param>
    /// <param name="gpus">Null: any number.</param>
    public void SetQuota(string namespaceName, int? gpus)
    {
        if (gpus is { } most)
        {
            _quotas[namespaceName] = most;
        }
        else
        {
            _quotas.Remove(namespaceName);
        }
    }

    public bool IsThere((string Node, int Gpu) gpu) => !_down.Contains(gpu.Node) && !_lostGpus.Contains(gpu);

    /// <summary>All that runs there is gone.</summary>
    public void LoseNode(string node)
    {
        _down.Add(node);
        foreach (var run in Alive.Where(run => run.Nodes.Contains(node)).ToList())
        {
            run.Kill();
        }
    }

    public void ReturnNode(string node) => _down.Remove(node);

    /// <summary>One GPU is gone, with what runs on it.</summary>
    public void LoseGpu((string Node, int Gpu) gpu)
    {
        _lostGpus.Add(gpu);
        foreach (var run in Alive.Where(run => run.Gpus.Contains(gpu)).ToList())
        {
            run.Kill();
        }
    }

    public void ReturnGpu((string Node, int Gpu) gpu) => _lostGpus.Remove(gpu);

    /// <summary>Everything is there, and what was damaged can be read.</summary>
    public void Repair()
    {
        _down.Clear();
        _lostGpus.Clear();
        foreach (var run in _runs.Values)
        {
            run.IsDamaged = false;
        }
    }

    /// <summary>Scripts are numbered from 1 on. No job is as old as the newest but so many.</summary>
    public void Register(JobScript script)
    {
        _scripts[script.Number] = script;
        _scripts.Remove(script.Number - MaxScripts);
    }

    public JobScript ScriptOf(string manifest) => _scripts[JobScript.NumberOf(manifest)];

    public int ProgressOf(string uid) => _progress.GetValueOrDefault(uid);

    public void SaveProgress(string uid, int epochs) => _progress[uid] = epochs;

    public NodeReport Report(string executor) => new()
    {
        Executor = executor,
        Nodes = [.. NodesUp.Select(node => new NodeCapacity(node, _nodes[node], IsSimulated: true)
        {
            LostGpus = [.. Enumerable.Range(0, _nodes[node]).Where(gpu => _lostGpus.Contains((node, gpu)))],
        })],
        Quotas = [.. _quotas.Select(quota => new GpuQuota(quota.Key, quota.Value))],
    };

    /// <param name="misses">Asked of each run whose start is not answered yet: true leaves it out.</param>
    public ImmutableArray<ObservedRun> Observe(Func<SimulatedRun, bool> misses) =>
        [.. _runs.Values.Where(run => run.Starter is not { IsAlive: true } || !misses(run)).Select(Observe)];

    /// <summary>Records the attempt.</summary>
    /// <returns>The run to launch; null: it, or one that supersedes it, was recorded and launched before.</returns>
    public SimulatedRun? Record(DesiredRun desired)
    {
        var last = Find(desired.Uid);
        if (last is not null)
        {
            if (last.IsDamaged)
            {
                throw new ExecutorFault($"what is kept of {last.Uid} is damaged");
            }

            if (last.Attempt > desired.Attempt || last.Generation > desired.Generation)
            {
                return null;
            }

            if (last.Attempt == desired.Attempt)
            {
                return last.IsAlive || last.HasEnded ? null : last;
            }

            if (!last.HasEnded)
            {
                throw new InvalidOperationException($"attempt {last.Attempt} of {last.Uid} has not ended");
            }
        }

        return _runs[desired.Uid] = new(this, desired, ScriptOf(desired.Manifest));
    }

    public Task StopAsync(string uid) => _runs.TryGetValue(uid, out var run) ? run.StopAsync() : Task.CompletedTask;

    public void Forget(string uid)
    {
        if (!_runs.TryGetValue(uid, out var run) || !run.HasEnded || run.IsDamaged)
        {
            return;
        }

        _runs.Remove(uid);
        _forgotten[uid] = run;
        _forgottenInOrder.Enqueue(uid);
        if (_forgottenInOrder.Count > MaxForgotten)
        {
            var oldest = _forgottenInOrder.Dequeue();
            _forgotten.Remove(oldest);
            _progress.Remove(oldest);
        }
    }

    /// <summary>Wakes who waits for a change.</summary>
    public void Ring()
    {
        var rang = _rang;
        _rang = new();
        rang.SetResult();
    }

    public Task RestAsync(TimeSpan delay)
    {
        var rested = new TaskCompletionSource();
        simulator.After(delay, simulator.World, rested.SetResult);
        return rested.Task;
    }

    /// <summary>
    /// What a process did by itself shows a little later. What is kept of a run may be damaged: then nobody can say.
    /// </summary>
    private ObservedRun Observe(SimulatedRun run) => run.IsDamaged
        ? new()
        {
            Uid = run.Uid,
            Generation = 0,
            Attempt = 0,
            Phase = RunPhase.None,
            IsUnknown = true,
            Message = "its record is damaged",
            At = run.At,
        }
        : new()
        {
            Uid = run.Uid,
            Generation = run.Generation,
            Attempt = run.Attempt,
            Phase = run.HasEnded && run.EndShowsAt > simulator.Now ? RunPhase.Running : run.Phase,
            ExitCode = run.EndShowsAt > simulator.Now ? null : run.ExitCode,
            At = run.At,
        };

    /// <summary>A uid that was forgotten comes back with all that is known of its attempts.</summary>
    private SimulatedRun? Find(string uid)
    {
        if (!_runs.TryGetValue(uid, out var run) && _forgotten.Remove(uid, out run))
        {
            _runs[uid] = run;
        }

        return run;
    }
}
