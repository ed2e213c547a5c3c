using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains;
using Sluice.Grains.Ports;

namespace Sluice.Storage;

/// <summary>Brings the store into a process.</summary>
public static class StoreServiceCollectionExtensions
{
    /// <summary>
    /// The store on SQLite as storage provider and as the grains' ports. Add it before what uses it: it is opened first
    /// at the start, before the server listens, and is closed last.
    /// </summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, Action<StoreOptions> configure)
    {
        services.AddOptions<StoreOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => SluiceStore.Open(
            provider.GetRequiredService<IOptions<StoreOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()));
        services.AddSingleton<IGrainStorage>(provider => provider.GetRequiredService<SluiceStore>());
        services.AddKeyedSingleton<IGrainStorage>(
            StorageNames.Jobs, (provider, _) => provider.GetRequiredService<SluiceStore>());
        services.AddSingleton<IJobRows>(provider => provider.GetRequiredService<SluiceStore>());
        services.AddSingleton<IRowCollections>(provider => provider.GetRequiredService<SluiceStore>());
        services.AddSingleton<IEventRows>(provider => provider.GetRequiredService<SluiceStore>());
        services.AddSingleton<IDueRows>(provider => provider.GetRequiredService<SluiceStore>());
        services.AddHostedService<OpenAtStart>();
        return services;
    }

    /// <summary>What is wrong with the data folder is said at the start, not by the first request.</summary>
    private sealed class OpenAtStart(SluiceStore store) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(store);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
