using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Sluice.Executors;
using Sluice.Gateway;
using Sluice.Grains;
using Sluice.Silo;
using Sluice.Storage;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddEnvironmentVariables("SLUICE_");
var settings = builder.Configuration.GetSection("Silo").Get<SiloSettings>() ?? new();
settings.Validate();

builder.Host.UseOrleans(silo =>
{
    silo.Configure<ClusterOptions>(cluster =>
    {
        cluster.ServiceId = SiloSettings.ServiceId;
        cluster.ClusterId = settings.ClusterId;
    });
    if (settings.ClusterDatabase is { } database)
    {
        silo.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = database;
        });
        silo.ConfigureEndpoints(IPAddress.Parse(settings.AdvertisedAddress), settings.SiloPort, settings.GatewayPort);
    }
    else
    {
        // One silo: the same grains on Orleans, with nothing else to install.
        silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, clusterId: settings.ClusterId,
            serviceId: SiloSettings.ServiceId);
    }
});

builder.Services.AddSqliteStore(store =>
{
    store.DataDirectory = settings.DataDirectory;
    store.Json = new JsonSerializerOptions(GrainsJsonContext.Default.Options)
    {
        TypeInfoResolver = GrainsJsonContext.Default,
    };
});
builder.Services.AddSluiceGrains();
builder.Services.AddSluiceGateway(new GatewayOptions());

var app = builder.Build();
app.MapSluice();
await app.RunAsync();
