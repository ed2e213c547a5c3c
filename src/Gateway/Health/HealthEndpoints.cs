using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Gateway.Health;

/// <summary>
/// What a supervisor asks. Liveness asks nothing of anyone, or one outage of the store would restart every process;
/// readiness asks for a list, because that needs the whole way to the store and back.
/// </summary>
internal sealed partial class HealthEndpoints(
    IGrainFactory grains,
    IHostApplicationLifetime lifetime,
    GatewayOptions options,
    TimeProvider time,
    ILogger<HealthEndpoints> logger)
{
    private static readonly RankQuery Probe = new() { Order = RankOrder.ByArrival, Limit = 1 };

    public static Task GetLivenessAsync(HttpContext context)
    {
        SendStatus(context, StatusCodes.Status200OK, "alive");
        return Task.CompletedTask;
    }

    public async Task GetReadinessAsync(HttpContext context)
    {
        var isServing = lifetime.ApplicationStarted.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
        if (isServing && await IsAnsweringAsync())
        {
            SendStatus(context, StatusCodes.Status200OK, "ready");
        }
        else
        {
            context.Response.Headers.RetryAfter = "1";
            JsonResponse.SendError(context, StatusCodes.Status503ServiceUnavailable, "not ready");
        }
    }

    private static void SendStatus(HttpContext context, int status, string text)
    {
        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        buffer.Writer.WriteString("status"u8, text);
        buffer.Writer.WriteEndObject();
        JsonResponse.Send(context, status, buffer);
    }

    private async Task<bool> IsAnsweringAsync()
    {
        try
        {
            // One call and no retries: the prober itself comes again.
            var pool = grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.DefaultDomain));
            await pool.RankAsync(Probe).WaitAsync(options.ReadyTimeout, time);
            return true;
        }
        catch (Exception problem)
        {
            LogNotReady(logger, problem);
            return false;
        }
    }
}
