using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost.Classes;

namespace Sluice.EmbeddedHost;

/// <summary>Says which grains the host runs, and with which options.</summary>
public sealed class EmbeddedGrainHostBuilder
{
    private readonly HashSet<Type> _grainClasses = [];

    internal EmbeddedGrainHostBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the process.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds all grain classes of an assembly: those with a <see cref="GrainTypeAttribute"/>.</summary>
    public EmbeddedGrainHostBuilder AddGrainsFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes())
        {
            if (!type.IsAbstract && type.IsSubclassOf(typeof(Grain)) && type.IsDefined(typeof(GrainTypeAttribute), false))
            {
                _grainClasses.Add(type);
            }
        }

        return this;
    }

    /// <summary>Adds one grain class.</summary>
    public EmbeddedGrainHostBuilder AddGrain<TGrain>()
        where TGrain : Grain
    {
        _grainClasses.Add(typeof(TGrain));
        return this;
    }

    /// <summary>Sets limits and times.</summary>
    public EmbeddedGrainHostBuilder Configure(Action<EmbeddedHostOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    internal IEnumerable<GrainClass> CreateClasses() => _grainClasses.Select(type => new GrainClass(type, Services));
}
