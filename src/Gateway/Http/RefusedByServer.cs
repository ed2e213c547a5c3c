using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Http;

/// <summary>
/// The web server refuses what is no HTTP, such as a NUL in a path, before anything of the gateway sees it, and answers
/// with a bare status. It says so to its diagnostic source first, which is the one place where such an answer can get
/// the body that the contract promises. Of what is well-formed nothing comes here, so it costs no request anything.
/// </summary>
internal sealed class RefusedByServer : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public override bool IsEnabled(string name) => name == BadRequest;

    public override void Write(string name, object? value)
    {
        if (name == BadRequest && value is IFeatureCollection features
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException problem
            && features.Get<IHttpResponseFeature>() is { HasStarted: false } response
            && features.Get<IHttpResponseBodyFeature>() is { } body
            && features.Get<IConnectionTransportFeature>()?.Transport.Output is { } connection)
        {
            var error = JsonResponse.ErrorOf(problem.Message);
            response.StatusCode = problem.StatusCode;
            response.Headers.ContentType = JsonResponse.ContentType;
            response.Headers.ContentLength = error.Length;
            response.Headers.Connection = "close";
            // Once it has started the server adds nothing of its own. There is no request yet and so no body to write
            // to, but the head waits in the connection's buffer, and the error goes right behind it.
            if (body.StartAsync().IsCompletedSuccessfully)
            {
                connection.Write(error);
                _ = connection.FlushAsync().AsTask();
            }
        }
    }
}
