using Microsoft.Extensions.DependencyInjection;
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
        builder.AddSilo(SiloOptions.Read(builder.Configuration));
    },
    CancellationToken.None);
