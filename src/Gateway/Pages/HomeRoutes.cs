using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.Pages;

/// <summary>The route of the root.</summary>
internal static class HomeRoutes
{
    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> All() =>
    [
        (new("GET", "/", "GetHome", "Health", "Greets: a page of links where a browser asks, otherwise a word.")
        {
            Role = AccessRole.None,
            Responses = [new(200, typeof(string), "Hello World!", "text/plain")],
        }, HomeEndpoints.GetAsync),
    ];
}
