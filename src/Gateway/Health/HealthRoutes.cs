using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.Health;

/// <summary>The routes of supervisors; they need no token.</summary>
internal static class HealthRoutes
{
    private const string Tag = "Health";

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> All(HealthEndpoints health) =>
    [
        (new("GET", "/healthz", "GetLiveness", Tag, "The process lives.")
        {
            Role = AccessRole.None,
            IsMonitoring = true,
            Responses = [new(200, typeof(OpenApi.Health), "It does.")],
        }, HealthEndpoints.GetLivenessAsync),
        (new("GET", "/readyz", "GetReadiness", Tag, "The process has started and its store answers.")
        {
            Role = AccessRole.None,
            IsMonitoring = true,
            Responses = [new(200, typeof(OpenApi.Health), "Ready."), new(503, typeof(Error), "Not ready.")],
        }, health.GetReadinessAsync),
    ];
}
