using System.Globalization;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Placement;
using Sluice.Simulation.Calls;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Machines;
using Sluice.Simulation.Store;

namespace Sluice.Simulation;

/// <summary>
/// All that there is in a history: the store's tables, the machines, the network, and the servers that live.
/// </summary>
internal sealed class World : IUidSource
{
    private readonly List<ControlPlane> _servers = [];
    private int _serversMade;
    private long _uidsMade;

    public World(
        ulong seed, IReadOnlySet<string>? only, TextWriter? trace, CancellationToken cancellationToken = default)
    {
        var output = new Trace(trace);
        Simulator = new(new(seed, only), output, cancellationToken);
        output.Of(Simulator);
        Faults = new(Counts);
        Policy = PolicyOf(Simulator.Chance.Stream("policy"));
        Faults.Count($"histories: {Policy}");
        Invariants = new(Simulator, Tables, Faults);
        Cluster = new(Simulator, Invariants.Runs);
        Network = new(Simulator, Faults);
    }

    /// <summary>How often what happened.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public Simulator Simulator { get; }

    public FaultPlan Faults { get; }

    /// <summary>Who decides in this history: most often the default.</summary>
    public string Policy { get; }

    public ModelTables Tables { get; } = new();

    /// <summary>The newest change of a deleted job that the store has forgotten.</summary>
    public long ForgottenChange => Tables.Domains.Values.Select(domain => domain.PurgedChange).DefaultIfEmpty().Max();

    public Invariants Invariants { get; }

    public Cluster Cluster { get; }

    public Network Network { get; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ControlPlane> Servers => _servers;

    /// <summary>False: the one that may use the machines is gone.</summary>
    public bool IsServed => _servers.Any(server => !server.IsLockedOut);

    /// <summary>Since the beginning.</summary>
    public int ServersMade => _serversMade;

    private static string PolicyOf(ChanceStream chance) => chance.Between(1, 10) switch
    {
        <= 5 => PolicyCatalog.Default,
        <= 8 => "adaptive",
        _ => PolicyCatalog.Names[chance.Between(2, PolicyCatalog.Names.Length - 1)],
    };

    public string Next() => string.Create(CultureInfo.InvariantCulture, $"u{++_uidsMade}");

    /// <summary>One more server; it takes the machines over.</summary>
    public void StartServer()
    {
        _servers.ForEach(server => server.LockOut());
        Simulator.Trace.Write("world", $"server p{_serversMade + 1} starts");
        Faults.Count(_servers.Count == 0 ? "servers: started" : "servers: started beside another");
        _servers.Add(new(this, string.Create(CultureInfo.InvariantCulture, $"p{++_serversMade}")));
    }

    /// <summary>A server crashes, and another one is started a while later.</summary>
    public void LoseServer(ControlPlane server, ChanceStream chance)
    {
        CrashServer(server);
        Simulator.After(chance.Span(0.01, 20), Simulator.World, () =>
        {
            if (!IsServed)
            {
                StartServer();
            }
        });
    }

    public void CrashServer(ControlPlane server)
    {
        if (_servers.Remove(server))
        {
            Simulator.Trace.Write("world", $"server {server.Process.Name} crashes");
            Faults.Count("servers: crashed");
            server.Crash();
            _servers.ForEach(survivor => survivor.CrashActivations());
        }
    }
}
