using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Executors.Local;
using Sluice.Hosting;
using Sluice.Silo;

// A runner is started with every job by the local executor, and is no silo.
if (args is ["runner", ..])
{
    return await Runner.RunAsync(args[1..]);
}

return await SluiceProcess.RunAsync(
    args,
    configuration => SiloOptions.Read(configuration).ToServerOptions(),
    builder =>
    {
        builder.Services.AddOptions<SiloOptions>()
            .BindConfiguration(SiloOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = SiloOptions.Read(builder.Configuration);
        // The SQLite store belongs to one process, so this silo is a cluster of its own.
        builder.UseOrleans(silo => silo.UseLocalhostClustering(
            options.SiloPort, options.GatewayPort, serviceId: SiloOptions.ServiceId, clusterId: options.ClusterId));
    },
    CancellationToken.None);
