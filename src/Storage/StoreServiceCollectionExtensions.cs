using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains;
using Sluice.Grains.Ports;
using Sluice.Storage.Postgres;

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
        services.AddOptions<StoreOptions>().Validate(
            options => options.DataDirectory.Length > 0, $"{nameof(StoreOptions.DataDirectory)} is missing");
        return services.AddStore(configure, provider => SluiceStore.Open(
            provider.GetRequiredService<IOptions<StoreOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()));
    }

    /// <summary>
    /// As <see cref="AddSqliteStore"/>, on PostgreSQL: alone, or, with <see cref="PostgresOptions.IsShared"/>, beside the
    /// stores of other processes. Where the database is taken over by another process, or changed by a newer version, the
    /// application is stopped.
    /// </summary>
    public static IServiceCollection AddPostgresStore(
        this IServiceCollection services, Action<StoreOptions> configure, Action<PostgresOptions> configurePostgres)
    {
        services.AddOptions<PostgresOptions>()
            .Configure(configurePostgres).ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<StopWhenReplaced>();
        return services.AddStore(configure, provider => SluiceStore.OpenPostgres(
            provider.GetRequiredService<IOptions<StoreOptions>>().Value,
            provider.GetRequiredService<IOptions<PostgresOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()));
    }

    private static IServiceCollection AddStore(
        this IServiceCollection services, Action<StoreOptions> configure, Func<IServiceProvider, SluiceStore> open)
    {
        services.AddOptions<StoreOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(open);
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

    /// <summary>
    /// What this process has in memory is of no use once another has written what it holds to be its own.
    /// </summary>
    private sealed class StopWhenReplaced(SluiceStore store, IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            store.Replaced.ContinueWith(
                _ => lifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
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
