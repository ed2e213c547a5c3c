using System.Buffers;
using System.Collections.Immutable;
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

    private static readonly ReadOnlyMemory<byte> Open = "["u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Comma = ","u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Close = "]"u8.ToArray();

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
        if (page.Next is null || page.Json.Length >= rest)
        {
            await JsonResponse.SendPiecesAsync(context, ArrayOf(page.Json));
        }
        else
        {
            await StreamAsync(context, page, rest);
        }
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> ArrayOf(ImmutableArray<ReadOnlyMemory<byte>> records)
    {
        var pieces = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>((2 * records.Length) + 2);
        var separator = Open;
        foreach (var record in records)
        {
            pieces.Add(separator);
            pieces.Add(record);
            separator = Comma;
        }

        if (records.IsEmpty) pieces.Add(Open);
        pieces.Add(Close);
        return pieces.ToImmutable();
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
        var separator = Open;
        while (true)
        {
            foreach (var record in page.Json)
            {
                writer.Write(separator.Span);
                writer.Write(record.Span);
                separator = Comma;
            }

            rest -= page.Json.Length;
            if (page.Next is not { } next || rest <= 0) break;
            if ((await writer.FlushAsync(context.RequestAborted)).IsCompleted) return;
            page = await ReadPageAsync(next, rest);
            if (page.Next <= next) throw new InvalidOperationException($"the page after {next} starts at {page.Next}");
        }

        // Where every page was empty the list has not been opened yet.
        if (separator.Span[0] == Open.Span[0]) writer.Write(Open.Span);
        writer.Write(Close.Span);
    }

    private ValueTask<JobPage> ReadPageAsync(long after, int rest) => calls.CallAsync(
        PoolKey,
        (after, Math.Min(rest, options.PageSize)),
        static (IClusterCapacityGrain grain, (long After, int Max) asked) =>
            grain.ReadJobsAsync(asked.After, asked.Max));
}
