using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Executors;
using Sluice.Executors.Local;
using Sluice.Gateway;
using Sluice.Grains;
using Sluice.Silo;
using Sluice.Storage;

// A runner is started with every job by the local executor, and is no silo.
if (args is ["runner", ..])
{
    return await Runner.RunAsync(args[1..]);
}

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddEnvironmentVariables("SLUICE_");
var settings = builder.Configuration.GetSection("Silo").Get<SiloSettings>() ?? new();
settings.Validate();
builder.WebHost.UseUrls(settings.Url);

builder.Services.AddSqliteStore(store =>
{
    store.DataDirectory = settings.DataDirectory;
    store.Json = new JsonSerializerOptions(GrainsJsonContext.Default.Options)
    {
        TypeInfoResolver = GrainsJsonContext.Default,
    };
});

// The SQLite store belongs to one process, so this silo is a cluster of its own.
builder.UseOrleans(silo => silo.UseLocalhostClustering(
    settings.SiloPort, settings.GatewayPort, serviceId: SiloSettings.ServiceId, clusterId: settings.ClusterId));
builder.Services.AddSluiceGrains();
builder.Services.AddLocalExecutor(executor =>
{
    executor.RunDirectory = Path.Combine(Path.GetFullPath(settings.DataDirectory), "runs");
    executor.GpuCount = settings.SimulatedGpus;
});
builder.Services.AddOptions<LocalExecutorOptions>().Configure<IServer>((executor, server) =>
    executor.SluiceUrl = () => server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? settings.Url);

var gateway = new GatewayOptions();
if (GatewayExposure.Check([settings.Url], gateway) is { } exposed)
{
    await Console.Error.WriteLineAsync($"sluice: {exposed}");
    return 1;
}

builder.Services.AddSluiceGateway(gateway);
var app = builder.Build();
app.MapSluice();
await app.RunAsync();
return 0;
