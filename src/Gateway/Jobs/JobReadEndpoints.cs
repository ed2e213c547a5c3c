using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Jobs;

/// <summary>The reads of the job metadata service.</summary>
internal sealed class JobReadEndpoints(GrainCalls calls, GatewayOptions options)
{
    private static readonly string PoolKey = GrainKeys.Capacity(GrainKeys.DefaultDomain);

    private static readonly JsonPiece Open = new("["u8.ToArray());
    private static readonly JsonPiece Comma = new(","u8.ToArray());
    private static readonly JsonPiece Close = new("]"u8.ToArray());

    public async Task GetAsync(HttpContext context)
    {
        var name = PathText.Segment(context, "job_name");
        var job = JobNames.IsValid(name)
            ? await calls.CallAsync(
                GrainKeys.Job(GrainKeys.DefaultDomain, name!), 0, static (IJobGrain grain, int _) => grain.GetAsync())
            : null;
        JobAnswerWriter.SendRecord(context, job);
    }

    public Task ListByArrivalAsync(HttpContext context) => RankAsync(context, RankOrder.ByArrival, x: 0);

    public Task ListScaleUpCandidatesAsync(HttpContext context) =>
        RankAsync(context, RankOrder.ScaleUpCandidates, x: 0);

    public Task ListByDifferenceAsync(HttpContext context) => RankByAsync(context, RankOrder.ByDifference);

    public Task ListScaleDownCandidatesAsync(HttpContext context) =>
        RankByAsync(context, RankOrder.ScaleDownCandidates);

    public async Task ListAllAsync(HttpContext context)
    {
        if (QueryNumber.ReadLimit(context, out var limit) is { } problem)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var rest = limit ?? int.MaxValue;
        var page = await ReadPageAsync(after: 0, rest);
        if (page.Next is null || page.Count >= rest)
        {
            await JsonResponse.SendPiecesAsync(context, [Open, .. page.Json, Close]);
        }
        else
        {
            await StreamAsync(context, page, rest);
        }
    }

    private Task RankByAsync(HttpContext context, RankOrder order)
    {
        if (QueryNumber.TryParse(context.GetRouteValue("x") as string, out var x)) return RankAsync(context, order, x);
        JsonResponse.SendError(
            context, StatusCodes.Status400BadRequest, "x must be a non-negative integer of at most 63 bits");
        return Task.CompletedTask;
    }

    private async Task RankAsync(HttpContext context, RankOrder order, long x)
    {
        if (QueryNumber.ReadLimit(context, out var limit) is { } problem)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var query = new RankQuery { Order = order, X = x, Limit = limit };
        var ranked = await calls.CallAsync(
            PoolKey, query, static (IClusterCapacityGrain grain, RankQuery asked) => grain.RankAsync(asked));
        await JsonResponse.SendPiecesAsync(context, ranked.Json);
    }

    /// <summary>Sends page after page; one that fails cuts the connection, so that no part looks whole.</summary>
    private async Task StreamAsync(HttpContext context, JobPage page, int rest)
    {
        JsonResponse.Start(context, StatusCodes.Status200OK, length: null);
        var writer = context.Response.BodyWriter;
        var hasRecords = false;
        writer.Write(Open.Utf8.Span);
        while (true)
        {
            if (hasRecords && page.Count > 0) writer.Write(Comma.Utf8.Span);
            foreach (var piece in page.Json) writer.Write(piece.Utf8.Span);
            hasRecords |= page.Count > 0;
            rest -= page.Count;
            if (page.Next is not { } next || rest <= 0) break;
            if ((await writer.FlushAsync(context.RequestAborted)).IsCompleted) return;
            page = await ReadPageAsync(next, rest);
            if (page.Next <= next) throw new InvalidOperationException($"the page after {next} starts at {page.Next}");
        }

        writer.Write(Close.Utf8.Span);
    }

    private ValueTask<JobPage> ReadPageAsync(long after, int rest) => calls.CallAsync(
        PoolKey,
        (after, Math.Min(rest, options.PageSize)),
        static (IClusterCapacityGrain grain, (long After, int Max) asked) =>
            grain.ReadJobsAsync(asked.After, asked.Max));
}
