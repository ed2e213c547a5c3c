using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Access;

namespace Sluice.Gateway.Http;

/// <summary>
/// The one middleware of the gateway, after routing: who may come in, how many at once, and what is answered where no
/// handler could. One, because each costs every request.
/// </summary>
internal sealed partial class RequestGate(
    RequestDelegate next,
    GatewayOptions options,
    RequestOrigin origin,
    BearerAccess? access,
    GatewayInstruments instruments,
    ILogger<RequestGate> logger)
{
    private const string NotFound = "Not found";
    private const string MethodNotAllowed = "Method not allowed";

    private int _running;

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var route = endpoint?.Metadata.GetMetadata<RouteSpec>();
        return instruments.IsEnabled
            ? MeasureAsync(context, endpoint, route)
            : AdmitAsync(context, endpoint, route);
    }

    private async Task MeasureAsync(HttpContext context, Endpoint? endpoint, RouteSpec? route)
    {
        var name = route?.Pattern ?? "other";
        using var activity = instruments.Activities.StartActivity(name, ActivityKind.Server);
        var started = Stopwatch.GetTimestamp();
        await AdmitAsync(context, endpoint, route);
        activity?.SetTag("http.response.status_code", context.Response.StatusCode);
        instruments.RequestAnswered(name, context.Response.StatusCode, Stopwatch.GetElapsedTime(started));
    }

    private Task AdmitAsync(HttpContext context, Endpoint? endpoint, RouteSpec? route)
    {
        if (origin.FindProblem(context) is { } problem)
        {
            JsonResponse.SendError(context, StatusCodes.Status403Forbidden, problem);
            return Task.CompletedTask;
        }

        var isOpen = route?.Role is AccessRole.None;
        var isHidden = context.Connection.LocalPort == options.MonitoringPort && route is not { IsMonitoring: true };
        if (!isOpen && access is not null && !IsAllowed(context, route)) return Task.CompletedTask;
        if (endpoint is null || isHidden)
        {
            JsonResponse.SendError(context, StatusCodes.Status404NotFound, NotFound);
            return Task.CompletedTask;
        }

        if (route is { HasEffect: true } && context.Features.Get<HeadRequest>() is not null)
        {
            context.Response.Headers.Allow = route.Allow;
            JsonResponse.SendError(context, StatusCodes.Status405MethodNotAllowed, MethodNotAllowed);
            return Task.CompletedTask;
        }

        return HandleAsync(context, isOpen);
    }

    private bool IsAllowed(HttpContext context, RouteSpec? route)
    {
        var needed = route?.Role
            ?? (HttpMethods.IsGet(context.Request.Method) ? AccessRole.Read : AccessRole.Operate);
        var role = access!.RoleOf(context);
        if (role >= needed) return true;
        if (role is AccessRole.None)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            JsonResponse.SendError(
                context, StatusCodes.Status401Unauthorized, "a bearer token that is known here is required");
            return false;
        }

        JsonResponse.SendError(
            context, StatusCodes.Status403Forbidden, $"this needs a token of the role {NameOf(needed)}");
        return false;
    }

    private async Task HandleAsync(HttpContext context, bool isOpen)
    {
        // Probes are let in whatever waits, so that a busy server is not taken for a dead one.
        if (Interlocked.Increment(ref _running) > options.MaxConcurrentRequests && !isOpen)
        {
            Interlocked.Decrement(ref _running);
            SendBusy(context, "too many requests are being handled");
            return;
        }

        try
        {
            await next(context);
            if (context.Response is { StatusCode: 404 or 405, HasStarted: false, ContentLength: null })
            {
                // The router's own refusal of a method, and a file that is not there.
                var status = context.Response.StatusCode;
                JsonResponse.SendError(context, status, status == 405 ? MethodNotAllowed : NotFound);
            }
        }
        catch (Exception problem)
        {
            Answer(context, problem);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void Answer(HttpContext context, Exception problem)
    {
        if (context.RequestAborted.IsCancellationRequested) return;
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            LogAnswerCut(logger, problem, context.Request.Path);
            context.Abort();
            return;
        }

        context.Response.Clear();
        switch (problem)
        {
            case GrainUnavailableException:
                SendBusy(context, "the part of the system that this needs does not answer now; try again");
                break;
            case BadHttpRequestException bad:
                JsonResponse.SendError(context, bad.StatusCode, bad.Message);
                break;
            default:
                LogRequestFailed(logger, problem, context.Request.Path);
                JsonResponse.SendError(context, StatusCodes.Status500InternalServerError, "internal error");
                break;
        }
    }

    private static void SendBusy(HttpContext context, string text)
    {
        context.Response.Headers.RetryAfter = "1";
        JsonResponse.SendError(context, StatusCodes.Status503ServiceUnavailable, text);
    }

    private static string NameOf(AccessRole role) => role switch
    {
        AccessRole.Read => "read",
        AccessRole.Report => "report",
        AccessRole.Operate => "operate",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "no role of a route"),
    };
}
