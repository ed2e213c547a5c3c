using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.EmbeddedHost;
using Sluice.EmbeddedHost.Turns;
using Sluice.Executors;
using Sluice.Grains;
using Sluice.Grains.Capacity;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Policies;
using Sluice.Simulation.Calls;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Machines;
using Sluice.Simulation.Store;

namespace Sluice.Simulation;

/// <summary>One server process: the real grains on the real embedded host, and the real loops beside them.</summary>
#pragma warning disable CA1001 // Nothing of it is disposed of as long as it lives: it crashes.
internal sealed class ControlPlane
#pragma warning restore CA1001
{
    private readonly World _world;
    private readonly SimulatedExecutor _executor;
    private readonly FaultyStore _store;
    private readonly ServiceProvider _services;
    private readonly GrainHost _grains;
    private readonly Endpoint _endpoint;
    private readonly SimulatedMeters _meters = new();

    public ControlPlane(World world, string name)
    {
        _world = world;
        Process = new(world.Simulator, name);
        _executor = new(world.Simulator, Process, world.Faults, world.Cluster, Die);
        _store = new(world.Simulator, Process, world.Faults, world.Tables, Die);
        _services = BuildServices();
        _grains = _services.GetRequiredService<GrainHost>();
        _endpoint = world.Network.Join(Process, _grains.GrainFactory, Die);
        Start<AllocationCourier>(courier => courier.RunAsync(CancellationToken.None));
        Start<DueRowLoop>(due => due.RunAsync(CancellationToken.None));
        Start<NodeReporter>(reporter => reporter.RunAsync(CancellationToken.None));
        Start<ExecutorLoop>(executor => executor.RunAsync(CancellationToken.None));
    }

    public SimulatedProcess Process { get; }

    /// <summary>A newer server works with the machines from now on.</summary>
    public void LockOut() => _executor.IsLockedOut = true;

    public bool IsLockedOut => _executor.IsLockedOut;

    /// <summary>Nothing of it runs any more.</summary>
    public void Crash()
    {
        if (_store.Crash(_ => true) > 0)
        {
            _world.Faults.Count("servers: crashed with a commit under way");
        }

        Process.Crash();
        _world.Network.Leave(_endpoint);
        _meters.Dispose();
    }

    /// <summary>The activation of that key is gone, in the middle of whatever it did.</summary>
    public bool Crash(string key)
    {
        var isActive = _grains.Crash(key);
        if (_store.Crash(one => one == key) > 0)
        {
            _world.Faults.Count("activations: crashed with a commit under way");
        }

        if (isActive)
        {
            _world.Faults.Count("activations: crashed");
            _world.Simulator.Trace.Write(Process.Name, $"the activation of {key} crashes");
            _world.Network.Break(_endpoint, call => call.Key == key);
        }

        return isActive;
    }

    /// <summary>As after a change of the cluster's members: what two may have had in memory is read anew.</summary>
    public void CrashActivations()
    {
        foreach (var key in _grains.ActiveKeys)
        {
            Crash(key);
        }
    }

    private void Die(ChanceStream chance, string? key)
    {
        var isAlone = key is not null && chance.Is(0.4);
        var delay = chance.Is(0.5) ? TimeSpan.Zero : chance.Span(0.0001, 0.1);
        _world.Simulator.After(delay, _world.Simulator.World, () =>
        {
            if (isAlone)
            {
                Crash(key!);
            }
            else
            {
                _world.LoseServer(this, chance);
            }
        });
    }

    private void Start<TLoop>(Func<TLoop, Task> run)
        where TLoop : IHostedService
    {
        var loop = _services.GetServices<IHostedService>().OfType<TLoop>().Single();
        Process.RunForever(typeof(TLoop).Name, () => run(loop));
    }

    private ServiceProvider BuildServices()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton(Process.Time);
        services.AddSingleton<ITurnScheduler>(Process);
        services.AddSingleton<IMeterFactory>(_meters);
        services.AddSingleton<ILoggerFactory>(new ServerLog(_world.Simulator, Process.Name));
        services.AddSingleton<IUidSource>(_world);
        services.AddSingleton<IGrainStorage>(_store);
        services.AddSingleton<IJobRows>(_store);
        services.AddSingleton<IRowCollections>(_store);
        services.AddSingleton<IDueRows>(_store);
        services.AddSingleton<IEventRows>(_store);
        services.AddSingleton<IExecutor>(_executor);
        services.AddSingleton<IRunReports, GrainRunReports>();
        services.AddSingleton<ExecutorInstruments>();
        services.AddHostedService<NodeReporter>();
        services.AddHostedService<ExecutorLoop>();
        services.AddEmbeddedGrainHost(host => host.AddGrainsFrom(typeof(JobGrain).Assembly));
        services.AddSluiceGrains();
        var policy = services.Single(service => service.ServiceType == typeof(IPolicy)).ImplementationFactory!;
        services.AddSingleton<IPolicy>(
            provider => new CheckedPolicy((IPolicy)policy(provider), _world.Invariants.Reasons));
        services.AddSingleton<IGrainFactory>(new CallPath(_world.Network, Process));
        services.Configure<JobOptions>(jobs =>
        {
            // A storm is short: what fails comes up again within it.
            jobs.FirstBackoff = TimeSpan.FromMilliseconds(50);
            jobs.LongestBackoff = TimeSpan.FromSeconds(20);
        });
        services.Configure<CapacityOptions>(capacity =>
        {
            capacity.Policy = _world.Policy;
            // A rest is two hours.
            capacity.MaxWait = TimeSpan.FromMinutes(5);
        });
        services.Configure<ExecutorLoopOptions>(loop => loop.NodeInterval = TimeSpan.FromSeconds(5));
        services.Configure<EmbeddedHostOptions>(host =>
        {
            host.CollectionAge = TimeSpan.FromSeconds(20);
            host.CollectionInterval = TimeSpan.FromSeconds(10);
        });
        return services.BuildServiceProvider();
    }
}

/// <summary>Meters of one server: let go of when it crashes, as the runtime keeps a list of all.</summary>
internal sealed class SimulatedMeters : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        _meters.Add(new(options.Name));
        return _meters[^1];
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}
