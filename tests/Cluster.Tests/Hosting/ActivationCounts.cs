using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Client;

namespace Sluice.Cluster.Tests.Hosting;

/// <summary>How many activations each silo has, as the cluster itself tells.</summary>
internal static class ActivationCounts
{
    public static async Task<IReadOnlyDictionary<string, int>> ReadAsync(string database, string grainType)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        builder.AddSluiceClient(client => client.Database = database);
        using var host = builder.Build();
        await host.StartAsync();
        var management = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        var details = await management.GetDetailedGrainStatistics();
        await host.StopAsync();
        return details.Where(one => one.GrainId.Type.ToString() == grainType)
            .GroupBy(one => one.SiloAddress.ToString())
            .ToDictionary(silo => silo.Key!, silo => silo.Count());
    }
}
