using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Executors;
using Sluice.Executors.Local;
using Sluice.Gateway;
using Sluice.Gateway.Access;
using Sluice.Grains;
using Sluice.Grains.Capacity;
using Sluice.Grains.Jobs;
using Sluice.Manifests;
using Sluice.Storage;
using Sluice.Storage.Postgres;

namespace Sluice.Hosting;

/// <summary>What a process is made of, whoever runs its grains.</summary>
internal static class SluiceComposition
{
    public static void AddSluice(
        this WebApplicationBuilder builder, ServerOptions options, string dataDirectory,
        Action<WebApplicationBuilder> addGrainHost)
    {
        var services = builder.Services;
        services.AddOptions<LocalExecutorOptions>().BindConfiguration("Executor");
        services.AddStore(options, dataDirectory);
        addGrainHost(builder);
        services.AddSluiceGrains();
        if (options.ScaleMode == ScaleModes.AfterCheckpoint)
        {
            services.Configure<JobOptions>(jobs => jobs.IsAfterCheckpointByDefault = true);
        }

        if (options.Policy is { } policy)
        {
            services.Configure<CapacityOptions>(capacity => capacity.Policy = policy);
        }

        var reportToken = options.AuthTokensFile is null || !options.HasLocalExecutor
            ? null
            : ReportToken.ReadOrMake(dataDirectory);
        if (options.HasLocalExecutor)
        {
            services.AddLocalExecutor(executor => Set(executor, options, dataDirectory, reportToken));
            services.AddOptions<LocalExecutorOptions>().Configure<IServer>((executor, server) =>
                executor.SluiceUrl = () => JobFacingUrl(server));
        }

        builder.AddGateway(options, reportToken);
    }

    /// <summary>HTTP, and what every process has. Grains are elsewhere, unless they are added.</summary>
    public static void AddGateway(
        this WebApplicationBuilder builder, ServerOptions options, string? reportToken = null)
    {
        builder.WebHost.UseUrls([.. options.AllUrls]);
        ConsoleLog.AddTo(builder.Logging);
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway");
        builder.Services.AddSluiceGateway(gateway => Set(gateway, options, reportToken));
        builder.Services.AddSluiceTelemetry();
    }

    /// <summary>
    /// Checks all settings, then takes the data folder, then maps the routes: a process that must not run on a folder
    /// leaves it alone.
    /// </summary>
    public static void MapSluice(this WebApplication app, ServerOptions options)
    {
        var services = app.Services;
        services.GetRequiredService<IStartupValidator>().Validate();
        if (GatewayExposure.Check(options.AllUrls, services.GetRequiredService<GatewayOptions>()) is { } exposed)
        {
            throw new ValidationException(exposed);
        }

        services.GetService<SluiceStore>();
        app.MapSluice();
    }

    private static void AddStore(this IServiceCollection services, ServerOptions options, string dataDirectory)
    {
        services.AddOptions<StoreOptions>().BindConfiguration("Store");
        if (options.Database is not { } database)
        {
            services.AddSqliteStore(Set);
            return;
        }

        services.AddOptions<PostgresOptions>().BindConfiguration("Postgres");
        services.AddPostgresStore(Set, postgres =>
        {
            postgres.Url = database;
            postgres.PasswordFile = options.DatabasePasswordFile;
            postgres.IsShared = options.SharesDatabase;
        });

        void Set(StoreOptions store)
        {
            store.DataDirectory = dataDirectory;
            store.Json = new JsonSerializerOptions(GrainsJsonContext.Default.Options)
            {
                TypeInfoResolver = GrainsJsonContext.Default,
            };
        }
    }

    private static void Set(
        LocalExecutorOptions executor, ServerOptions options, string dataDirectory, string? reportToken)
    {
        executor.RunDirectory = Path.Combine(Path.GetFullPath(dataDirectory), "runs");
        executor.GpuCount = options.SimulatedGpus;
        executor.SimulatedNodes =
            [.. (options.SimulatedNodes ?? []).Select(node => new LocalNode(node.Name, node.Gpus))];
        executor.GpuQuotas = options.Quotas;
        executor.GracePeriod = options.GracePeriod;
        executor.ReportToken = reportToken;
    }

    private static void Set(GatewayOptions gateway, ServerOptions options, string? reportToken)
    {
        gateway.IsOpen = options.IsOpen;
        gateway.MonitoringPort = options.HasGateway ? options.MonitoringPort : new Uri(options.Urls[0]).Port;
        gateway.Tokens = options.AuthTokensFile is { } file ? AuthTokens.Read(file) : null;
        gateway.InternalReportToken = reportToken;
        gateway.AllowHostsOf(options.AllUrls);
        foreach (var host in options.AllowedHosts)
        {
            gateway.AllowedHosts.Add(host);
        }
    }

    /// <summary>The address under which jobs of this machine reach the gateway.</summary>
    private static string JobFacingUrl(IServer server)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("the gateway does not listen yet");
        var url = new UriBuilder(address);
        if (url.Host is "0.0.0.0" or "[::]" or "::" or "*" or "+")
        {
            url.Host = "127.0.0.1";
        }

        return url.Uri.GetLeftPart(UriPartial.Authority);
    }
}
