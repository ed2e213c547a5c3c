using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sluice.Bench.Echo;

/// <summary>
/// What everything is compared with: the same web server as the one under test, with the same logging, that does
/// nothing but JSON. A hidden mode of the bench, in a process of its own.
/// </summary>
internal static class EchoServer
{
    public const string Argument = "echo-server";

    private static byte[] s_bytes = [];

    /// <summary>Serves until standard input ends, as it does when the bench is gone, however it went.</summary>
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        await using var app = builder.Build();
        app.MapPost("/echo", (RequestDelegate)EchoAsync);
        app.MapPut("/bytes", (RequestDelegate)KeepBytesAsync);
        app.MapGet("/bytes", (RequestDelegate)SendBytesAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine($"The echo listens on {addresses.First()}");
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var job = await context.Request.ReadFromJsonAsync(EchoJsonContext.Default.EchoJob);
        await context.Response.WriteAsJsonAsync(job, EchoJsonContext.Default.EchoJob);
    }

    private static async Task KeepBytesAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes);
        s_bytes = bytes.ToArray();
    }

    private static async Task SendBytesAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = s_bytes.Length;
        await context.Response.BodyWriter.WriteAsync(s_bytes);
    }
}
