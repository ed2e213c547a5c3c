using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Sluice.Client;
using Sluice.Executors;
using Sluice.Grains.Ports;
using Sluice.Hosting;
using Sluice.Silo.Membership;

namespace Sluice.Silo;

/// <summary>Makes a process a silo: of a cluster that shares a database, or of one of its own.</summary>
internal static class SiloCluster
{
    /// <summary>Calls to a silo that is declared dead are broken off at once; this is for all others.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(3);

    public static void AddSilo(this WebApplicationBuilder builder, SiloOptions options)
    {
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        if (options.Database is not { } database)
        {
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(
                    options.SiloPort, options.GatewayPort, serviceId: SluiceClientOptions.ServiceId,
                    clusterId: options.ClusterId);
                silo.UseClusterTls(options.Tls);
            });
            return;
        }

        var services = builder.Services;
        services.AddClusterDefaults();
        services.AddOptions<Membership.MembershipOptions>()
            .BindConfiguration(Membership.MembershipOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(_ => ClusterDatabase.Open(database, options.DatabasePasswordFile));
        // Before the silo, which reads what this makes.
        services.AddHostedService<MembershipSchema>();
        if (options.HasLocalExecutor is true)
        {
            services.AddSingleton<ExecutorLock>();
            services.AddSingleton<IExecutorPermit>(provider => provider.GetRequiredService<ExecutorLock>());
            services.AddHostedService(provider => provider.GetRequiredService<ExecutorLock>());
        }

        services.AddSingleton<ReadLeases>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            provider => provider.GetRequiredService<ReadLeases>());
        services.AddSingleton<IReadLease>(provider => provider.GetRequiredService<ReadLeases>());
        builder.UseOrleans(silo => Configure(silo, options));
        services.AddHostedService<CapacityWake>();
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = options.ClusterId;
            cluster.ServiceId = SluiceClientOptions.ServiceId;
        });
        silo.ConfigureEndpoints(
            IPAddress.TryParse(options.AdvertisedAddress, out var address)
                ? address
                : throw new ValidationException(
                    $"{SiloOptions.Section}:{nameof(SiloOptions.AdvertisedAddress)} must be the number of an address"),
            options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: false);
        silo.UseClusterTls(options.Tls);
        silo.UseAdoNetClustering(clustering => clustering.Configure<ClusterDatabase>((provider, opened) =>
        {
            provider.Invariant = ClusterDatabase.Invariant;
            provider.DataSource = opened.Source;
        }));
        AddDirectory(silo);
        silo.Services.AddOptions<ClusterMembershipOptions>()
            .Configure<Microsoft.Extensions.Options.IOptions<Membership.MembershipOptions>>(
                (orleans, ours) => Set(orleans, ours.Value));
        // By chance jobs spread evenly, whichever silo they come in by. What Orleans does otherwise weighs processors
        // and memory, and keeps most of them where they come in: all of them move when that silo dies.
        silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
        silo.Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = ResponseTimeout);
        silo.Configure<ConnectionOptions>(connections =>
        {
            connections.OpenConnectionTimeout = TimeSpan.FromSeconds(1);
            connections.ConnectionRetryDelay = TimeSpan.FromSeconds(0.5);
        });
    }

    /// <summary>
    /// The directory that is consistent: no two silos of one membership have the same grain. With what Orleans does
    /// otherwise they may for a moment, whenever a silo comes or goes. Its own leases, by which it keeps grains of a silo
    /// that died from others for 30 s, are off: the read lease does that for as long as it is needed.
    /// </summary>
    private static void AddDirectory(ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // "experimental": the chaos tests show what it keeps
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
    }

    private static void Set(ClusterMembershipOptions orleans, Membership.MembershipOptions ours)
    {
        orleans.ProbeTimeout = ours.ProbeTimeout;
        orleans.MinProbeTimeout = ours.ProbeTimeout;
        orleans.MaxProbeTimeout = ours.MaxProbeTimeout < ours.ProbeTimeout ? ours.ProbeTimeout : ours.MaxProbeTimeout;
        orleans.NumMissedProbesLimit = ours.MissedProbes;
        orleans.NumVotesForDeathDeclaration = ours.Votes;
        orleans.DeathVoteExpirationTimeout = ours.VoteLifetime;
        orleans.TableRefreshTimeout = ours.RefreshInterval;
        orleans.IAmAliveTablePublishTimeout = ours.AliveInterval;
    }
}
