using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.EmbeddedHost.Activations;
using Sluice.EmbeddedHost.Calls;
using Sluice.EmbeddedHost.Classes;
using Sluice.EmbeddedHost.Turns;

namespace Sluice.EmbeddedHost;

/// <summary>Runs grains in this process: finds or makes the activation of each call, and ends activations.</summary>
internal sealed partial class GrainHost : IDisposable
{
    private readonly ILogger<GrainHost> _logger;
    private readonly Func<string, string> _keyForLogs;
    private readonly IdleCollector _collector;
    private readonly CancellationTokenSource _stopped = new();
    private int _activationCount;

    public GrainHost(
        EmbeddedGrainHostBuilder registrations,
        IServiceProvider services,
        ITurnScheduler turns,
        TimeProvider time,
        IOptions<EmbeddedHostOptions> options,
        EmbeddedHostInstruments instruments,
        ILogger<GrainHost> logger)
    {
        Services = services;
        Turns = turns;
        Time = time;
        Options = options.Value;
        Instruments = instruments;
        _logger = logger;
        _keyForLogs = registrations.KeyForLogs;
        Classes = new(this, registrations.CreateClasses());
        GrainFactory = new GrainReferences(Classes);
        _collector = new(this);
        instruments.Observe(() => Volatile.Read(ref _activationCount));
    }

    public IServiceProvider Services { get; }

    public ITurnScheduler Turns { get; }

    public TimeProvider Time { get; }

    public EmbeddedHostOptions Options { get; }

    public EmbeddedHostInstruments Instruments { get; }

    public GrainClasses Classes { get; }

    /// <summary>Makes references that lead to this host.</summary>
    public IGrainFactory GrainFactory { get; }

    /// <summary>
    /// What grains call through: <see cref="GrainFactory"/>, unless the process put another in its place.
    /// </summary>
    public IGrainFactory CallFactory => field ??= Services.GetRequiredService<IGrainFactory>();

    /// <summary>A grain's name as logs and messages may have it.</summary>
    public string NameForLogs(GrainType type, string key) => $"{type}/{_keyForLogs(key)}";

    public int ActivationCount => Volatile.Read(ref _activationCount);

    /// <summary>Fires when the host has stopped.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Finds what all activations share, so that missing services are reported at the start.</summary>
    public void Prepare()
    {
        foreach (var grainClass in Classes.All)
        {
            grainClass.Prepare(Services);
        }
    }

    /// <summary>Hands a call to the activation of its grain; makes one where there is none.</summary>
    public void Dispatch<TCall>(TCall call)
        where TCall : GrainCall, IAddressedCall
    {
        while (true)
        {
            var activation = FindOrStart(call.Class, call.Key);
            if (activation.TryAccept(call))
            {
                return;
            }

            // It has ended and is about to leave by itself; whoever comes first makes place.
            Remove(activation);
        }
    }

    public void Forget(Activation activation)
    {
        Remove(activation);
        if (Interlocked.Decrement(ref _activationCount) == 0 && _isEnding)
        {
            _allEnded.TrySetResult();
        }
    }

    public void Dispose()
    {
        _collector.Dispose();
        _stopped.Cancel();
    }

    private Activation FindOrStart(GrainClass grainClass, string key)
    {
        if (grainClass.Activations.TryGetValue(key, out var found))
        {
            return found;
        }

        var made = new Activation(this, grainClass, key);
        var activation = grainClass.Activations.GetOrAdd(key, made);
        if (ReferenceEquals(activation, made))
        {
            _collector.ActivationAdded(Interlocked.Increment(ref _activationCount));
            made.Start();
        }

        return activation;
    }

    private static void Remove(Activation activation) =>
        activation.Class.Activations.TryRemove(KeyValuePair.Create(activation.Key, activation));
}
