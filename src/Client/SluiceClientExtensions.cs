using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Sluice.Client;

/// <summary>Lets a service call the grains of a cluster.</summary>
public static class SluiceClientExtensions
{
    /// <summary>Between two attempts to reach the cluster at the start.</summary>
    private static readonly TimeSpan ConnectDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Adds an <see cref="IGrainFactory"/> (and an <see cref="IClusterClient"/>) that calls the grains of a cluster:
    /// <c>grains.GetGrain&lt;IJobGrain&gt;(GrainKeys.Job(GrainKeys.DefaultDomain, "resnet"))</c>.
    /// The client is connected when the host starts, and waits for the cluster as long as it must; it finds silos that
    /// come, and forgets those that go.
    /// </summary>
    /// <remarks>
    /// An exception of a call means that its outcome is unknown: the same command, with the same operation id, may be
    /// sent again. Refusals are values.
    /// </remarks>
    /// <param name="builder">The service.</param>
    /// <param name="configure">Names the cluster.</param>
    /// <exception cref="ValidationException">The options are not as they must be; names which.</exception>
    public static TBuilder AddSluiceClient<TBuilder>(this TBuilder builder, Action<SluiceClientOptions> configure)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new SluiceClientOptions();
        configure(options);
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        builder.UseOrleansClient(client => Configure(client, options));
        return builder;
    }

    private static void Configure(IClientBuilder client, SluiceClientOptions options)
    {
        client.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = options.ClusterId;
            cluster.ServiceId = SluiceClientOptions.ServiceId;
        });
        client.Configure<ClientMessagingOptions>(messages => messages.ResponseTimeout = options.ResponseTimeout);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = options.RefreshInterval);
        client.Configure<ConnectionOptions>(connections =>
        {
            connections.OpenConnectionTimeout = ConnectDelay;
            connections.ConnectionRetryDelay = ConnectDelay;
        });
        client.UseClusterTls(options.Tls);
        client.UseConnectionRetryFilter(WaitForClusterAsync);
        if (options.Database is { } database)
        {
            // The container closes it.
            client.Services.AddSingleton(_ => ClusterDatabase.Open(database, options.DatabasePasswordFile));
            client.UseAdoNetClustering(clustering => clustering.Configure<ClusterDatabase>((provider, opened) =>
            {
                provider.Invariant = ClusterDatabase.Invariant;
                provider.DataSource = opened.Source;
            }));
        }
        else
        {
            client.UseStaticClustering([.. options.Gateways.Select(ReadEndpoint)]);
        }
    }

    /// <summary>A service may start before its cluster does, and goes on to wait for it.</summary>
    private static async Task<bool> WaitForClusterAsync(Exception problem, CancellationToken cancellationToken)
    {
        await Task.Delay(ConnectDelay, cancellationToken);
        return true;
    }

    private static IPEndPoint ReadEndpoint(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port > 0
            ? endpoint
            : throw new ValidationException($"{nameof(SluiceClientOptions.Gateways)}: {text} is not address:port");
}
