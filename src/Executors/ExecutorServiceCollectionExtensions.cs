using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sluice.Executors.Local;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors;

/// <summary>Brings executors into a process.</summary>
public static class ExecutorServiceCollectionExtensions
{
    /// <summary>
    /// Adds the local executor, the loop that drives it, and the readers of job output. The process must provide
    /// <see cref="IDesiredRuns"/> and <see cref="IGrainFactory"/>.
    /// </summary>
    public static IServiceCollection AddLocalExecutor(
        this IServiceCollection services,
        Action<LocalExecutorOptions> configure,
        Action<ExecutorLoopOptions>? configureLoop = null)
    {
        services.AddOptions<LocalExecutorOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ExecutorLoopOptions>()
            .Configure(configureLoop ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ExecutorInstruments>();
        services.TryAddSingleton<PlanLocally>(LocalPlanner.Plan);
        services.AddSingleton<IManifestCheck, LocalManifestCheck>();
        services.TryAddSingleton<IRunReports, GrainRunReports>();
        services.TryAddSingleton<LocalExecutor>();
        services.TryAddSingleton<IExecutor>(provider => provider.GetRequiredService<LocalExecutor>());
        services.TryAddSingleton<IJobLogs>(provider => provider.GetRequiredService<LocalExecutor>());
        services.AddHostedService<NodeReporter>();
        services.AddHostedService<ExecutorLoop>();
        return services;
    }
}
