using Sluice.Grains.Interfaces;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Workloads;

/// <summary>What befalls servers and machines.</summary>
internal sealed class Disasters(World world)
{
    /// <summary>The cluster of this history.</summary>
    public void Build(ChanceStream chance)
    {
        for (var nodes = chance.Between(1, 3); nodes > 0; nodes--)
        {
            world.Cluster.SetNode($"node-{nodes}", chance.Between(1, 8));
        }

        if (chance.Is(0.7))
        {
            world.Cluster.SetQuota("team-a", chance.Between(1, 6));
        }
    }

    /// <summary>True: this move is a disaster.</summary>
    public bool Strike(ChanceStream chance)
    {
        var weather = world.Weather;
        if (chance.Strikes(weather.CrashedProcess, "crash") && world.Servers.Count > 0)
        {
            world.LoseServer(chance.Pick(world.Servers), chance);
        }
        else if (chance.Strikes(weather.SecondProcess, "second-server") && world.Servers.Count == 1)
        {
            var older = world.Servers[0];
            world.StartServer();
            Later(chance.Span(0.1, 40), () => world.CrashServer(older));
        }
        else if (chance.Strikes(weather.CrashedActivation, "crash-activation") && world.Servers.Count > 0)
        {
            var key = chance.Is(0.5)
                ? GrainKeys.Capacity(GrainKeys.DefaultDomain)
                : Clients.KeyOf($"j{chance.Below(8)}");
            chance.Pick(world.Servers).Crash(key);
        }
        else if (chance.Strikes(weather.ResizedNode, "resize-node"))
        {
            ResizeNode(chance);
        }
        else if (chance.Strikes(weather.LostNode, "lose-node"))
        {
            LoseNode(chance);
        }
        else if (chance.Strikes(weather.LostRun, "lose-run"))
        {
            var alive = world.Cluster.Alive.ToList();
            if (alive.Count > 0)
            {
                world.Weather.Count("runs: lost");
                chance.Pick(alive).Kill();
            }
        }
        else if (chance.Strikes(weather.Stall, "stall"))
        {
            world.Weather.Count("store: stalled");
            weather.StallEndsAt = world.Simulator.Now + chance.Span(0.1, 45);
            world.Simulator.Trace.Write("world", $"the store stalls until {weather.StallEndsAt.TotalSeconds:F3}");
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Everything is as good as new.</summary>
    public void Repair()
    {
        world.Weather.StallEndsAt = TimeSpan.Zero;
        foreach (var node in world.Cluster.Nodes.Keys.ToList())
        {
            world.Cluster.ReturnNode(node);
        }

        foreach (var server in world.Servers.Where(server => server.IsLockedOut).ToList())
        {
            world.CrashServer(server);
        }

        if (!world.IsServed)
        {
            world.StartServer();
        }
    }

    private void ResizeNode(ChanceStream chance)
    {
        var node = chance.Pick(world.Cluster.Nodes.Keys.ToList());
        var gpus = chance.Between(0, 8);
        world.Weather.Count(gpus < world.Cluster.Nodes[node] ? "nodes: shrunk" : "nodes: grown");
        world.Simulator.Trace.Write("world", $"{node} has {gpus} GPUs from now on");
        world.Cluster.SetNode(node, gpus);
    }

    private void LoseNode(ChanceStream chance)
    {
        var up = world.Cluster.NodesUp.ToList();
        if (up.Count == 0)
        {
            return;
        }

        var node = chance.Pick(up);
        world.Weather.Count("nodes: lost");
        world.Simulator.Trace.Write("world", $"{node} is lost");
        world.Cluster.LoseNode(node);
        Later(chance.Span(1, 60), () =>
        {
            world.Simulator.Trace.Write("world", $"{node} is back");
            world.Cluster.ReturnNode(node);
        });
    }

    private void Later(TimeSpan delay, Action action) => world.Simulator.After(delay, world.Simulator.World, action);
}
