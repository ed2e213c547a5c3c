using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;

namespace Sluice.Gateway.Capacity;

/// <summary>What the cluster has, and who holds it.</summary>
internal sealed class CapacityEndpoints(GrainCalls calls)
{
    private static readonly string PoolKey = GrainKeys.Capacity(GrainKeys.DefaultDomain);

    public async Task GetAsync(HttpContext context) => JsonResponse.Send(
        context, StatusCodes.Status200OK, await ReadAsync(), GatewayJsonContext.Default.CapacityView);

    public async Task GetFreeGpusAsync(HttpContext context)
    {
        var view = await ReadAsync();
        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        foreach (var node in view.Nodes) buffer.Writer.WriteNumber(node.Name, node.FreeGpus);
        buffer.Writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    public async Task GetQuotaAsync(HttpContext context)
    {
        var name = PathText.Segment(context, "namespace");
        var view = await ReadAsync();
        if (view.Quotas.FirstOrDefault(quota => quota.Namespace == name) is not { } quota)
        {
            JsonResponse.SendError(
                context, StatusCodes.Status404NotFound, "No quota of requests.nvidia.com/gpu in this namespace");
            return;
        }

        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        buffer.Writer.WriteString("limit"u8, quota.Limit.ToString(CultureInfo.InvariantCulture));
        buffer.Writer.WriteString("used"u8, quota.Used.ToString(CultureInfo.InvariantCulture));
        buffer.Writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    private ValueTask<CapacityView> ReadAsync() =>
        calls.CallAsync(PoolKey, 0, static (IClusterCapacityGrain grain, int _) => grain.GetAsync());
}
