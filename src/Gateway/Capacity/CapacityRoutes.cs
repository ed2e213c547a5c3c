using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.Capacity;

/// <summary>The routes that show the cluster.</summary>
internal static class CapacityRoutes
{
    private const string Tag = "Monitoring";

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> All(CapacityEndpoints capacity) =>
    [
        (new("GET", "/freegpu", "GetFreeGpus", Tag, "Free GPUs of every ready node, by its name.")
        {
            Role = AccessRole.Read,
            IsMonitoring = true,
            Responses = [new(200, typeof(Dictionary<string, int>), "GPUs by node."), ApiErrors.Busy],
        }, capacity.GetFreeGpusAsync),
        (new("GET", "/resourcequota/{namespace}", "GetResourceQuota", Tag, "The GPU quota of a namespace.")
        {
            Role = AccessRole.Read,
            IsMonitoring = true,
            Parameters = [new(ParameterPlace.Path, "namespace", typeof(string), "The namespace.")],
            Responses =
            [
                new(200, typeof(Quota), "Limit and use."),
                new(404, typeof(Error), "The namespace has no such quota."), ApiErrors.Busy,
            ],
        }, capacity.GetQuotaAsync),
        (new("GET", "/api/v1/capacity", "GetCapacity", Tag, "Nodes, quotas, and who holds or waits for what.")
        {
            Role = AccessRole.Read,
            Responses = [new(200, typeof(ClusterCapacity), "The cluster."), ApiErrors.Busy],
        }, capacity.GetAsync),
    ];
}
