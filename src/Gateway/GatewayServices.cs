using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sluice.Gateway.Http;
using Sluice.Gateway.Metrics;
using Sluice.Gateway.OpenApi;
using Sluice.Gateway.StageQueues;
using Sluice.Gateway.Workloads;
using Sluice.Manifests;

namespace Sluice.Gateway;

/// <summary>Adds the gateway to a host that has a grain factory.</summary>
public static class GatewayServices
{
    /// <summary>
    /// Adds what <see cref="GatewayRoutes.MapSluice"/> needs. The host adds an <see cref="IGrainFactory"/>, and may add
    /// an <see cref="Grains.Interfaces.Jobs.IJobLogs"/> and a <see cref="ReadManifest"/> of its own.
    /// </summary>
    public static IServiceCollection AddSluiceGateway(
        this IServiceCollection services, Action<GatewayOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<GatewayOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<GatewayOptions>>().Value);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ReadManifest>(ManifestReader.Read);
        services.TryAddSingleton<GrainCalls>();
        services.TryAddSingleton<OperationIds>();
        services.TryAddSingleton<GatewayInstruments>();
        services.TryAddSingleton<PrometheusReader>();
        services.TryAddSingleton<GuessLimit>();
        services.TryAddSingleton<StageListAccess>();
        services.TryAddSingleton<MasterEndpoints>();
        // The web server alone asks for this one; everything else writes to the listener of the same name.
        services.AddSingleton<DiagnosticSource, RefusedByServer>();
        services.AddHostedService<Drain>();
        services.AddRouting();
        services.AddMetrics();
        services.AddOpenApi("v1", RouteDocumentation.Configure);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        return services;
    }
}
