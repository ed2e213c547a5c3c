using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.Metrics;

/// <summary><c>GET /metrics</c>.</summary>
internal sealed class MetricsEndpoint(PrometheusReader reader)
{
    public Task GetAsync(HttpContext context)
    {
        if (reader.CollectText() is { } text)
        {
            TextResponse.Send(context, StatusCodes.Status200OK, text, PrometheusText.ContentType);
        }
        else
        {
            context.Response.Headers.RetryAfter = "1";
            JsonResponse.SendError(
                context, StatusCodes.Status503ServiceUnavailable, "the metrics cannot be collected now");
        }

        return Task.CompletedTask;
    }
}
