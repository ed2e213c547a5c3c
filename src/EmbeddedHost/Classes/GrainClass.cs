using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost.Activations;

namespace Sluice.EmbeddedHost.Classes;

/// <summary>A grain class: how it is made, and its activations.</summary>
internal sealed class GrainClass
{
    private readonly GrainConstructor _constructor;

    /// <exception cref="NotSupportedException">The class is none that the host can run.</exception>
    public GrainClass(Type implementationType, IServiceCollection services)
    {
        ImplementationType = implementationType;
        if (implementationType.IsAbstract
            || implementationType.ContainsGenericParameters
            || !implementationType.IsSubclassOf(typeof(Grain)))
        {
            throw new NotSupportedException($"{implementationType.Name} is not a grain class that can be made");
        }

        var grainType = implementationType.GetCustomAttribute<GrainTypeAttribute>(inherit: false)
            ?? throw new NotSupportedException($"{implementationType.Name} has no [GrainType]");
        Type = GrainType.Create(grainType.GrainType);
        IsKeptAlive = implementationType.IsDefined(typeof(KeepAliveAttribute), inherit: true);
        HasEnd = implementationType.GetMethod(nameof(Grain.OnDeactivateAsync))?.DeclaringType != typeof(Grain)
            || implementationType.IsAssignableTo(typeof(IDisposable))
            || implementationType.IsAssignableTo(typeof(IAsyncDisposable));
        _constructor = new(implementationType, services);
    }

    public Type ImplementationType { get; }

    public GrainType Type { get; }

    public bool IsKeptAlive { get; }

    /// <summary>True: code of the grain runs when an activation ends.</summary>
    public bool HasEnd { get; }

    /// <summary>By key.</summary>
    public ConcurrentDictionary<string, Activation> Activations { get; } = new(StringComparer.Ordinal);

    /// <summary>Finds the services that all activations share.</summary>
    /// <exception cref="InvalidOperationException">One is missing.</exception>
    public void Prepare(IServiceProvider services) => _constructor.Prepare(services);

    /// <summary>Makes a grain with its constructor's services and its persistent states, not yet loaded.</summary>
    public (Grain Grain, IReadOnlyList<ILoadedState> States) Construct(Activation activation) =>
        _constructor.Construct(activation);
}
