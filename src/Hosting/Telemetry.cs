using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sluice.Gateway.Metrics;

namespace Sluice.Hosting;

/// <summary>
/// What a process measures, for <c>GET /metrics</c>; and to a collector, metrics and spans, where the variables that
/// OpenTelemetry documents name one.
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    // Series of one metric: routes by status are some hundreds, all others are far fewer.
    private const int MaxSeries = 2_000;

    private static readonly string[] Meters =
        ["Sluice.*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans", "Npgsql"];

    public static IServiceCollection AddSluiceTelemetry(this IServiceCollection services)
    {
        var toMetrics = IsSet(MetricsEndpoint) | IsSet(Endpoint);
        var toTraces = IsSet(TracesEndpoint) | IsSet(Endpoint);
        services.AddSingleton(provider => BuildMeters(provider.GetRequiredService<PrometheusReader>(), toMetrics));
        services.AddHostedService<MeasureFromStart>();
        if (toTraces)
        {
            services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource("Sluice.*", "Microsoft.Orleans.Application", "Npgsql")
                .AddOtlpExporter()
                .Build());
            services.AddHostedService<TraceFromStart>();
        }

        return services;
    }

    private static MeterProvider BuildMeters(PrometheusReader reader, bool toCollector)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(Meters)
            .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MaxSeries })
            .AddReader(reader);
        return (toCollector ? builder.AddOtlpExporter() : builder).Build();
    }

    /// <summary>Before the variables are read, so that <c>OTEL_SERVICE_NAME</c> wins.</summary>
    private static void Describe(ResourceBuilder resource)
    {
        var version = typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        resource.Clear()
            .AddService("sluice", serviceVersion: version?.InformationalVersion)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
    }

    private static bool IsSet(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } url)
        {
            return false;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? true
            : throw new ValidationException($"{variable} must be an http or https address, not '{url}'");
    }

    private sealed class MeasureFromStart(MeterProvider provider) : Held(provider);

    private sealed class TraceFromStart(TracerProvider provider) : Held(provider);

    /// <summary>Made at the start; what was measured last is sent at the end, when its container is disposed of.</summary>
    private abstract class Held(BaseProvider provider) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(provider);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
