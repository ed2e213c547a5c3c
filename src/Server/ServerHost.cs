using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.EmbeddedHost;
using Sluice.Executors;
using Sluice.Executors.Local;
using Sluice.Gateway;
using Sluice.Gateway.Access;
using Sluice.Grains;
using Sluice.Grains.Jobs;
using Sluice.Manifests;
using Sluice.Storage;

namespace Sluice.Server;

/// <summary>
/// One server process: gateway, embedded grain host, SQLite store and local executor. What cannot be started is said in
/// one line on standard error.
/// </summary>
public static class ServerHost
{
    /// <summary>Exit status where the server could not start.</summary>
    public const int CannotStart = 1;

    /// <summary>Serves until <paramref name="cancellationToken"/> says stop, or the process is asked to end.</summary>
    /// <returns>The process's exit status.</returns>
    public static async Task<int> RunAsync(ServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            MakeDataFolder(options.DataDirectory);
            await using var app = Build(options);
            await app.StartAsync(cancellationToken);
            var addresses = Addresses(app);
            await Console.Out.WriteLineAsync(
                $"Sluice listens on {string.Join(", ", addresses)}, data in {Path.GetFullPath(options.DataDirectory)}");
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception failure) when (Explain(failure, options) is { } problem)
        {
            await Console.Error.WriteLineAsync($"sluice: {problem}");
            return CannotStart;
        }
    }

    private static void MakeDataFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ValidationException($"the data folder {path} cannot be made: {failure.Message}", failure);
        }
    }

    private static WebApplication Build(ServerOptions options)
    {
        var urls = options.MonitoringPort is { } port
            ? [.. options.Urls, $"http://{options.MonitoringHost}:{port}"]
            : options.Urls;
        var gateway = GatewayFor(options, urls);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddEnvironmentVariables("SLUICE_");
        builder.WebHost.UseUrls([.. urls]);
        AddLogging(builder.Logging);

        var services = builder.Services;
        services.AddOptions<StoreOptions>().BindConfiguration("Store");
        services.AddOptions<LocalExecutorOptions>().BindConfiguration("Executor");
        services.AddOptions<EmbeddedHostOptions>().BindConfiguration("Host");
        services.AddSqliteStore(store =>
        {
            store.DataDirectory = options.DataDirectory;
            store.Json = new JsonSerializerOptions(GrainsJsonContext.Default.Options)
            {
                TypeInfoResolver = GrainsJsonContext.Default,
            };
        });
        services.AddEmbeddedGrainHost(host => host.AddGrainsFrom(typeof(JobGrain).Assembly));
        services.AddSluiceGrains();
        if (options.ScaleMode == ScaleModes.AfterCheckpoint)
        {
            services.Configure<JobOptions>(jobs => jobs.IsAfterCheckpointByDefault = true);
        }

        services.AddLocalExecutor(executor =>
        {
            executor.RunDirectory = Path.Combine(Path.GetFullPath(options.DataDirectory), "runs");
            executor.GpuCount = options.SimulatedGpus;
            executor.SimulatedNodes = [.. (options.SimulatedNodes ?? []).Select(node => new LocalNode(node.Name, node.Gpus))];
            executor.GpuQuotas = options.Quotas;
            executor.GracePeriod = options.GracePeriod;
            executor.ReportToken = gateway.InternalReportToken;
        });
        services.AddOptions<LocalExecutorOptions>().Configure<IServer>((executor, server) =>
            executor.SluiceUrl = () => JobFacingUrl(server));
        services.AddSluiceGateway(gateway);

        var app = builder.Build();
        app.MapSluice();
        return app;
    }

    private static GatewayOptions GatewayFor(ServerOptions options, IReadOnlyList<string> urls)
    {
        var gateway = new GatewayOptions
        {
            IsOpen = options.IsOpen,
            MonitoringPort = options.MonitoringPort,
            Tokens = options.AuthTokensFile is { } file ? AuthTokens.Read(file) : null,
            InternalReportToken = options.AuthTokensFile is null ? null : ReportToken.ReadOrMake(options.DataDirectory),
        };
        gateway.AllowHostsOf(urls);
        foreach (var host in options.AllowedHosts)
        {
            gateway.AllowedHosts.Add(host);
        }

        return GatewayExposure.Check(urls, gateway) is { } exposed ? throw new ValidationException(exposed) : gateway;
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // What keeps the server from starting is said in one line, on standard error.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // A person reads a terminal; whatever else takes the output wants one JSON object a line.
        if (Console.IsOutputRedirected)
        {
            logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            });
        }
    }

    private static ICollection<string> Addresses(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

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

    /// <summary>What keeps the server from starting, for people; null for what is a fault of the program.</summary>
    private static string? Explain(Exception failure, ServerOptions options) => failure switch
    {
        StoreException or ValidationException or FormatException => failure.Message,
        OptionsValidationException invalid => string.Join("; ", invalid.Failures),
        IOException { InnerException: AddressInUseException } => $"the port is in use: {string.Join(", ", options.Urls)}",
        IOException or UnauthorizedAccessException or SocketException => failure.Message,
        AggregateException { InnerExceptions: [var only] } => Explain(only, options),
        _ => null,
    };
}
