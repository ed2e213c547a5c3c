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

    internal Func<string, string> KeyForLogs { get; private set; } = static key => key;

    /// <summary>
    /// Adds all grain classes of an assembly: those with a <see cref="GrainTypeAttribute"/> that other code can see.
    /// </summary>
    public EmbeddedGrainHostBuilder AddGrainsFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        _grainClasses.UnionWith(assembly.GetTypes().Where(IsGrainClass));
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

    /// <summary>
    /// Sets what stands for a key in logs and in the messages of exceptions, where a key may be a secret. Default: the
    /// key.
    /// </summary>
    public EmbeddedGrainHostBuilder ShowKeysAs(Func<string, string> keyForLogs)
    {
        ArgumentNullException.ThrowIfNull(keyForLogs);
        KeyForLogs = keyForLogs;
        return this;
    }

    internal IEnumerable<GrainClass> CreateClasses() => _grainClasses.Select(type => new GrainClass(type, Services));

    private static bool IsGrainClass(Type type) =>
        type is { IsAbstract: false, IsNestedPrivate: false }
        && type.IsSubclassOf(typeof(Grain))
        && type.IsDefined(typeof(GrainTypeAttribute), inherit: false);
}
