using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Capacity;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.Policies;

namespace Sluice.Grains;

/// <summary>What the grains need beside a host, a store and an executor.</summary>
public static class GrainsServiceExtensions
{
    public static IServiceCollection AddSluiceGrains(this IServiceCollection services)
    {
        services.AddOptions<JobOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CapacityOptions>()
            .BindConfiguration("Capacity")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddOptions<StageQueueOptions>()
            .BindConfiguration("StageQueues")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IUidSource, RandomUidSource>();
        services.TryAddSingleton<IReadLease, SoleProcessLease>();
        services.TryAddSingleton<JobInstruments>();
        services.TryAddSingleton<CapacityInstruments>();
        services.TryAddSingleton<StageQueueInstruments>();
        services.TryAddSingleton<DecisionSignal>();
        services.TryAddSingleton<ForecastQueue>();
        services.TryAddSingleton<IDesiredRuns, JobDesiredRuns>();
        services.TryAddSingleton<IPolicy>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CapacityOptions>>().Value;
            return DomainPolicies.Create(options.Policy, options);
        });
        services.TryAddSingleton<DomainPolicies>();
        services.AddHostedService<AllocationCourier>();
        services.AddHostedService<DueRowLoop>();
        return services;
    }
}
