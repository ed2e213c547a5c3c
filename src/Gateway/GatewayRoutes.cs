using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Access;
using Sluice.Gateway.Capacity;
using Sluice.Gateway.Events;
using Sluice.Gateway.Health;
using Sluice.Gateway.Http;
using Sluice.Gateway.Jobs;
using Sluice.Gateway.Metrics;
using Sluice.Gateway.OpenApi;
using Sluice.Gateway.Pages;
using Sluice.Gateway.StageQueues;
using Sluice.Gateway.Workloads;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway;

/// <summary>Puts the documented paths on a web application.</summary>
public static class GatewayRoutes
{
    /// <summary>
    /// Maps every route of the gateway behind its one middleware. What the host maps besides is guarded by it as well:
    /// such a GET needs the role read, everything else operate.
    /// </summary>
    public static WebApplication MapSluice(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.Services;
        var options = services.GetRequiredService<GatewayOptions>();

        app.Use(Prepare);
        app.UseRouting();
        var origin = new RequestOrigin(options.AllowedHosts);
        var access = options.Tokens is { } tokens ? new BearerAccess(tokens, options.InternalReportToken) : null;
        var instruments = services.GetRequiredService<GatewayInstruments>();
        var logger = services.GetRequiredService<ILogger<RequestGate>>();
        app.Use(next => new RequestGate(next, options, origin, access, instruments, logger).InvokeAsync);

        var calls = services.GetRequiredService<GrainCalls>();
        var operations = services.GetRequiredService<OperationIds>();
        Map(app, JobRoutes.Writes(new JobWriteEndpoints(calls, operations, options)));
        Map(app, JobRoutes.Reads(new JobReadEndpoints(calls, options)));
        Map(app, JobRoutes.Details(new JobDetailEndpoints(calls, services.GetService<IJobLogs>())));
        Map(app, WorkloadRoutes.All(new WorkloadEndpoints(
            calls, operations, services.GetRequiredService<ReadManifest>(), options)));
        Map(app, CapacityRoutes.All(new CapacityEndpoints(calls)));
        Map(app, EventRoutes.All(new EventEndpoints(
            calls, options, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IHostApplicationLifetime>())));
        var lists = services.GetRequiredService<StageListAccess>();
        Map(app, StageQueueRoutes.Workers(new WorkerEndpoints(
            calls, operations, lists, services.GetRequiredService<TimeProvider>())));
        Map(app, StageQueueRoutes.Masters(services.GetRequiredService<MasterEndpoints>()));
        Map(app, StageQueueRoutes.Reads(new ReadEndpoints(calls, lists)));
        Map(app, StageQueueRoutes.Pages(new StageQueuePageEndpoints(calls, lists)));
        Map(app, HomeRoutes.All());
        Map(app, HealthRoutes.All(ActivatorUtilities.CreateInstance<HealthEndpoints>(services)));
        Map(app, MetricsRoutes.All(new MetricsEndpoint(services.GetRequiredService<PrometheusReader>())));
        ApiPages.Map(app);
        return app;
    }

    /// <summary>
    /// Before routing. A HEAD is a GET without a body, which the web server leaves out by itself; marked, because it is
    /// none where that GET has an effect.
    /// </summary>
    private static Task Prepare(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
            context.Features.Set(HeadRequest.Mark);
        }

        DotSegments.Keep(context);
        return next(context);
    }

    /// <summary>
    /// Handlers are plain request delegates, as binding and filters cost every request; the method is named to the API
    /// explorer, which would leave them out otherwise.
    /// </summary>
    private static void Map(IEndpointRouteBuilder routes, IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> all)
    {
        var mapped = all.ToList();
        var methods = mapped.ToLookup(route => route.Spec.Pattern, route => route.Spec.Method);
        foreach (var (spec, handler) in mapped)
        {
            routes.MapMethods(spec.Pattern, [spec.Method], handler)
                .WithName(spec.Name)
                .WithSummary(spec.Summary)
                .WithMetadata(spec with { Allow = string.Join(", ", methods[spec.Pattern]) }, handler.Method);
        }
    }
}
