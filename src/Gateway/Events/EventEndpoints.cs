using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Events;

/// <summary>What happened, and why.</summary>
internal sealed class EventEndpoints(
    GrainCalls calls, GatewayOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public const int DefaultEvents = 100;
    public const int MaxWaitSeconds = 30;

    private static readonly string PoolKey = GrainKeys.Capacity(GrainKeys.DefaultDomain);

    private int _waiting;

    public async Task ReadAsync(HttpContext context)
    {
        if (ReadQuery(context, out var query, out var wait) is { } problem)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var page = wait > TimeSpan.Zero ? await WaitAsync(query, wait, context) : await ReadAsync(query);
        JsonResponse.Send(context, StatusCodes.Status200OK, page, GatewayJsonContext.Default.EventPage);
    }

    private static string? ReadQuery(HttpContext context, out EventQuery query, out TimeSpan wait)
    {
        var isAfter = context.Request.Query.ContainsKey("after");
        var afterProblem = QueryNumber.Read(context, "after", 0, 0, long.MaxValue, out var after);
        var limitProblem = QueryNumber.Read(
            context, "limit", DefaultEvents, 1, EventQuery.MaxEvents, out var limit);
        var waitProblem = QueryNumber.Read(context, "wait", 0, 0, MaxWaitSeconds, out var waitSeconds);
        var jobs = context.Request.Query["job"];
        var jobProblem = jobs is [] || (jobs is [var name] && JobNames.IsValid(name))
            ? null
            : "job must be the name of one job";
        var problem = afterProblem ?? limitProblem ?? waitProblem ?? jobProblem;
        query = new() { Job = jobs.FirstOrDefault(), After = isAfter ? after : null, Limit = (int)limit };
        wait = problem is null ? TimeSpan.FromSeconds(waitSeconds) : TimeSpan.Zero;
        return problem;
    }

    /// <summary>
    /// A call waits a second at most, so that neither a stop of the server nor a gone client is waited for.
    /// </summary>
    private async Task<EventPage> WaitAsync(EventQuery query, TimeSpan wait, HttpContext context)
    {
        if (Interlocked.Increment(ref _waiting) > options.MaxWaitingReaders)
        {
            wait = TimeSpan.Zero;
        }

        try
        {
            var started = time.GetTimestamp();
            while (true)
            {
                var mayWait = time.GetElapsedTime(started) < wait
                    && !context.RequestAborted.IsCancellationRequested
                    && !lifetime.ApplicationStopping.IsCancellationRequested;
                var page = await ReadAsync(query with { MayWait = mayWait });
                if (!page.Events.IsEmpty || !mayWait) return page;
                query = query with { After = page.Next };
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private ValueTask<EventPage> ReadAsync(EventQuery query) => calls.CallAsync(
        PoolKey, query, static (IClusterCapacityGrain grain, EventQuery asked) => grain.ReadEventsAsync(asked));
}
