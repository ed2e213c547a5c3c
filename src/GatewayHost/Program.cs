using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Client;
using Sluice.GatewayHost;
using Sluice.Hosting;

return await SluiceProcess.RunAsync(
    args,
    configuration => GatewayHostOptions.Read(configuration).ToServerOptions(),
    builder =>
    {
        builder.Services.AddOptions<GatewayHostOptions>()
            .BindConfiguration(GatewayHostOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // While the cluster cannot be reached yet, requests are answered with 503.
        builder.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true);
        builder.AddSluiceClient(GatewayHostOptions.Read(builder.Configuration).Set);
    },
    CancellationToken.None);
