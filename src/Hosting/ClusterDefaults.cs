using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Gateway;

namespace Sluice.Hosting;

/// <summary>
/// What is set otherwise where a cluster answers, as a silo of it may be gone; settings of a user win.
/// </summary>
public static class ClusterDefaults
{
    private const int MaxRetries = 30;

    private static readonly TimeSpan RetryWindow = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    /// <summary>Call it before the gateway is added.</summary>
    public static IServiceCollection AddClusterDefaults(this IServiceCollection services) =>
        services.AddSingleton<IConfigureOptions<GatewayOptions>>(new ConfigureOptions<GatewayOptions>(gateway =>
        {
            gateway.MaxRetries = MaxRetries;
            gateway.RetryWindow = RetryWindow;
            gateway.DrainTime = DrainTime;
        }));
}
