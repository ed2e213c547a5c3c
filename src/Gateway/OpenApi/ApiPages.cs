using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sluice.Gateway.OpenApi;

/// <summary>The OpenAPI document, and a page to try it. All that the page loads comes from here.</summary>
internal static class ApiPages
{
    private const string AssetPrefix = "api/spec";

    private const string OwnHostOnly =
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json");
        var page = ReadPage("spec.html");
        var script = ReadPage("spec.js");
        routes.MapGet("/api/spec.html", context => SendAsync(context, "text/html; charset=utf-8", page))
            .ExcludeFromDescription();
        routes.MapGet("/api/spec.js", context => SendAsync(context, "text/javascript; charset=utf-8", script))
            .ExcludeFromDescription();

        var assets = routes.CreateApplicationBuilder();
        assets.Use(next => context =>
        {
            // The asset middleware stands back where a route was chosen already.
            context.SetEndpoint(null);
            return next(context);
        });
        assets.UseSwaggerUI(options => options.RoutePrefix = AssetPrefix);
        routes.MapGet($"/{AssetPrefix}/{{*asset}}", assets.Build()).ExcludeFromDescription();
    }

    private static async Task SendAsync(HttpContext context, string contentType, byte[] content)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.ContentSecurityPolicy = OwnHostOnly;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.BodyWriter.WriteAsync(content, context.RequestAborted);
    }

    private static byte[] ReadPage(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Sluice.Gateway.OpenApi.{name}")
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
