using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Cli.Tests.Support;

/// <summary>An HTTP server on a free loopback port that records requests and answers as it is told.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeServer(WebApplication app) => _app = app;

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public string Url => _app.Urls.Single();

    /// <summary>By method and path such as <c>GET /get_all_jobs</c>; what is not there is answered 404.</summary>
    public ConcurrentDictionary<string, Func<SeenRequest, FakeAnswer>> Routes { get; } = new();

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new FakeServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public FakeServer On(string route, int status, string body)
    {
        Routes[route] = _ => new(status, Encoding.UTF8.GetBytes(body));
        return this;
    }

    public FakeServer On(string route, Func<SeenRequest, string> body)
    {
        Routes[route] = request => new(200, Encoding.UTF8.GetBytes(body(request)));
        return this;
    }

    public SeenRequest Single(string route) => Requests.Single(request => request.Route == route);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new SeenRequest(
            $"{context.Request.Method} {context.Request.Path.Value}",
            context.Request.QueryString.Value ?? "",
            Encoding.UTF8.GetString(body.ToArray()),
            context.Request.Headers.Authorization.ToString())
        {
            Bytes = body.ToArray(),
            Jobix = context.Request.Headers["jobix"].ToString(),
        };
        Requests.Enqueue(request);
        var answer = Routes.TryGetValue(request.Route, out var make)
            ? make(request)
            : new(404, """{"error": "Job not found"}"""u8.ToArray());
        context.Response.StatusCode = answer.Status;
        if (answer.NextOffset is { } next)
        {
            context.Response.Headers["Sluice-Next-Offset"] = $"{next}";
        }

        await context.Response.Body.WriteAsync(answer.Body);
    }
}

internal sealed record SeenRequest(string Route, string Query, string Body, string Authorization)
{
    /// <summary>The body, where it is no text.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The number of a list; empty: none was sent.</summary>
    public required string Jobix { get; init; }
}

internal sealed record FakeAnswer(int Status, byte[] Body, long? NextOffset = null);
