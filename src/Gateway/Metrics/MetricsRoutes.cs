using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.Metrics;

/// <summary>The route that Prometheus scrapes.</summary>
internal static class MetricsRoutes
{
    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> All(MetricsEndpoint metrics) =>
    [
        (new("GET", "/metrics", "GetMetrics", "Health", "The metrics of this process, as Prometheus reads them.")
        {
            Role = AccessRole.Read,
            IsMonitoring = true,
            Responses =
            [
                new(200, typeof(string), "All metrics.", "text/plain"),
                new(503, typeof(Error), "They cannot be collected."),
            ],
        }, metrics.GetAsync),
    ];
}
