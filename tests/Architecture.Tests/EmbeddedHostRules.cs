using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Architecture.Tests;

/// <summary>The embedded host takes the grains as they are.</summary>
public sealed class EmbeddedHostRules
{
    [Fact]
    public async Task The_embedded_host_can_run_every_grain_class()
    {
        var services = new ServiceCollection();
        services.AddEmbeddedGrainHost(builder => builder.AddGrainsFrom(typeof(Grains.Jobs.JobGrain).Assembly));
        await using var provider = services.BuildServiceProvider();

        var grains = provider.GetRequiredService<IGrainFactory>();

        Assert.Equal("job/default/a", grains.GetGrain<IJobGrain>(GrainKeys.Job("default", "a")).GetPrimaryKeyString());
        Assert.Equal(
            "pool/default", grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity("default"))
                .GetPrimaryKeyString());
    }
}
