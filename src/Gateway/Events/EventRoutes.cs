using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.Events;

/// <summary>The route that tells what happened.</summary>
internal static class EventRoutes
{
    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> All(EventEndpoints events) =>
    [
        (new("GET", "/api/v1/events", "GetEvents", "Monitoring",
            "What happened to managed jobs, nodes and quotas, and why; oldest first.")
        {
            Role = AccessRole.Read,
            Parameters =
            [
                new(ParameterPlace.Query, "job", typeof(string), "Of the job of this name alone."),
                new(ParameterPlace.Query, "after", typeof(long),
                    "Those after this number: the next of the answer before. Without it, the newest."),
                new(ParameterPlace.Query, "limit", typeof(int), "1 to 1,000; default 100."),
                new(ParameterPlace.Query, "wait", typeof(int),
                    "Where there is none, seconds to wait for one; 0 to 30, default 0."),
            ],
            Responses =
            [
                new(200, typeof(EventList), "The events; none where there are no more."),
                ApiErrors.Invalid("job, after, limit or wait is not as it must be."), ApiErrors.Busy,
            ],
        }, events.ReadAsync),
    ];
}
