using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sluice.EmbeddedHost.Turns;

namespace Sluice.EmbeddedHost;

/// <summary>Brings the embedded host into a process.</summary>
public static class EmbeddedHostServiceCollectionExtensions
{
    /// <summary>
    /// Adds the host that runs grains in this process, with <see cref="IGrainFactory"/> to call them. Storage providers
    /// are found as <see cref="IGrainStorage"/>, keyed by the storage name of a state, else the one without a key.
    /// Called again, it adds to the same host.
    /// </summary>
    public static IServiceCollection AddEmbeddedGrainHost(
        this IServiceCollection services, Action<EmbeddedGrainHostBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        configure(FindOrAddBuilder(services));
        return services;
    }

    private static EmbeddedGrainHostBuilder FindOrAddBuilder(IServiceCollection services)
    {
        var known = services.FirstOrDefault(one => one.ServiceType == typeof(EmbeddedGrainHostBuilder));
        if (known?.ImplementationInstance is EmbeddedGrainHostBuilder builder)
        {
            return builder;
        }

        builder = new(services);
        services.AddSingleton(builder);
        services.AddLogging();
        services.AddMetrics();
        services.AddOptions<EmbeddedHostOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ITurnScheduler, ThreadPoolTurnScheduler>();
        services.AddSingleton<EmbeddedHostInstruments>();
        services.AddSingleton<GrainHost>();
        services.AddSingleton(provider => provider.GetRequiredService<GrainHost>().GrainFactory);
        services.AddHostedService<GrainHostService>();
        return builder;
    }
}
