using Sluice.Grains.Interfaces;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Workloads;

/// <summary>What befalls servers and machines.</summary>
internal sealed class FaultInjector
{
    private const int MaxNodes = 5;

    private readonly World _world;
    private readonly IReadOnlyList<(string Name, Func<FaultPlan, double> Rate, Action<ChanceStream> Strike)> _all;

    public FaultInjector(World world)
    {
        _world = world;
        _all =
        [
            ("crash", faults => faults.CrashedProcess, CrashServer),
            ("second-server", faults => faults.SecondProcess, StartSecondServer),
            ("crash-activation", faults => faults.CrashedActivation, CrashActivation),
            ("add-node", faults => faults.AddedNode, AddNode),
            ("resize-node", faults => faults.ResizedNode, ResizeNode),
            ("lose-node", faults => faults.LostNode, LoseNode),
            ("lose-gpu", faults => faults.LostGpu, LoseGpu),
            ("set-quota", faults => faults.ChangedQuota, SetQuota),
            ("lose-run", faults => faults.LostRun, LoseRun),
            ("damage-run", faults => faults.DamagedRun, DamageRun),
            ("stall", faults => faults.Stall, StallStore),
        ];
    }

    /// <summary>The cluster of this history.</summary>
    public void Build(ChanceStream chance)
    {
        for (var nodes = chance.Between(1, 3); nodes > 0; nodes--)
        {
            _world.Cluster.SetNode($"node-{nodes}", chance.Between(1, 8));
        }

        if (chance.Is(0.7))
        {
            _world.Cluster.SetQuota("team-a", chance.Between(1, 6));
        }
    }

    /// <summary>True: this move is a fault.</summary>
    public bool Strike(ChanceStream chance)
    {
        foreach (var (name, rate, strike) in _all)
        {
            if (chance.Strikes(rate(_world.Faults), name))
            {
                strike(chance);
                return true;
            }
        }

        return false;
    }

    /// <summary>Everything is as good as new.</summary>
    public void Repair()
    {
        _world.Faults.StallEndsAt = TimeSpan.Zero;
        _world.Cluster.Repair();
        foreach (var server in _world.Servers.Where(server => server.IsLockedOut).ToList())
        {
            _world.CrashServer(server);
        }

        if (!_world.IsServed)
        {
            _world.StartServer();
        }
    }

    private void CrashServer(ChanceStream chance)
    {
        if (_world.Servers.Count > 0)
        {
            _world.LoseServer(chance.Pick(_world.Servers), chance);
        }
    }

    private void StartSecondServer(ChanceStream chance)
    {
        if (_world.Servers is [var older])
        {
            _world.StartServer();
            Later(chance.Span(0.1, 40), () => _world.CrashServer(older));
        }
    }

    private void CrashActivation(ChanceStream chance)
    {
        if (_world.Servers.Count > 0)
        {
            var key = chance.Is(0.5)
                ? GrainKeys.Capacity(GrainKeys.DefaultDomain)
                : chance.Is(_world.Faults.OfLists) ? QueueWorkload.AnyKey(chance)
                : Clients.KeyOf(_world.Faults.AnyName(chance));
            chance.Pick(_world.Servers).Crash(key);
        }
    }

    private void AddNode(ChanceStream chance)
    {
        if (_world.Cluster.Nodes.Count < MaxNodes)
        {
            Change($"node-{_world.Cluster.Nodes.Count + 1}", chance.Between(1, 8), "nodes: added");
        }
    }

    private void ResizeNode(ChanceStream chance)
    {
        var node = chance.Pick(_world.Cluster.Nodes.Keys.ToList());
        var gpus = chance.Between(0, 8);
        Change(node, gpus, gpus < _world.Cluster.Nodes[node] ? "nodes: shrunk" : "nodes: grown");
    }

    private void Change(string node, int gpus, string what)
    {
        _world.Faults.Count(what);
        _world.Simulator.Trace.Write("world", $"{node} has {gpus} GPUs from now on");
        _world.Cluster.SetNode(node, gpus);
    }

    private void LoseNode(ChanceStream chance)
    {
        if (chance.PickOrNone(_world.Cluster.NodesUp) is { } node)
        {
            _world.Faults.Count("nodes: lost");
            _world.Simulator.Trace.Write("world", $"{node} is lost");
            _world.Cluster.LoseNode(node);
            Later(chance.Span(1, 60), () =>
            {
                _world.Simulator.Trace.Write("world", $"{node} is back");
                _world.Cluster.ReturnNode(node);
            });
        }
    }

    private void LoseGpu(ChanceStream chance)
    {
        if (chance.PickOrNone(_world.Cluster.NodesUp) is { } node && _world.Cluster.Nodes[node] > 0)
        {
            var gpu = (node, chance.Below(_world.Cluster.Nodes[node]));
            _world.Faults.Count("GPUs: lost");
            _world.Simulator.Trace.Write("world", $"GPU {gpu.Item2} of {node} is lost");
            _world.Cluster.LoseGpu(gpu);
            Later(chance.Span(1, 60), () => _world.Cluster.ReturnGpu(gpu));
        }
    }

    private void SetQuota(ChanceStream chance)
    {
        var namespaceName = chance.Is(0.8) ? "team-a" : "default";
        int? gpus = chance.Is(0.3) ? null : chance.Between(0, 8);
        _world.Faults.Count("quotas: changed");
        _world.Simulator.Trace.Write("world", $"{namespaceName} may hold {gpus?.ToString() ?? "any number of"} GPUs");
        _world.Cluster.SetQuota(namespaceName, gpus);
    }

    private void LoseRun(ChanceStream chance)
    {
        if (chance.PickOrNone(_world.Cluster.Alive) is { } run)
        {
            _world.Faults.Count("runs: lost");
            run.Kill();
        }
    }

    private void DamageRun(ChanceStream chance)
    {
        if (chance.PickOrNone(_world.Cluster.Runs) is { } run)
        {
            _world.Faults.Count("runs: damaged");
            _world.Simulator.Trace.Write("world", $"what is kept of {run.Uid} is damaged");
            run.IsDamaged = true;
            Later(chance.Span(1, 60), () => run.IsDamaged = false);
        }
    }

    private void StallStore(ChanceStream chance)
    {
        _world.Faults.Count("store: stalled");
        _world.Faults.StallEndsAt = _world.Simulator.Now + chance.Span(0.1, 45);
        _world.Simulator.Trace.Write("world", $"the store stalls until {_world.Faults.StallEndsAt.TotalSeconds:F3}");
    }

    private void Later(TimeSpan delay, Action action) => _world.Simulator.After(delay, _world.Simulator.World, action);
}
