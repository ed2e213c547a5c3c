using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Workloads;
using Sluice.Manifests;

namespace Sluice.Gateway.Tests;

/// <summary>What a request was answered.</summary>
public sealed record Answer(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    /// <summary>The length that was announced; null: the answer came in chunks.</summary>
    public long? Length { get; init; }

    /// <summary>The text of a JSON error, and nothing else in it.</summary>
    public string Error
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            Assert.Equal("application/json", ContentHeaders.ContentType?.ToString());
            return Assert.Single(document.RootElement.EnumerateObject(), part => part.Name == "error")
                .Value.GetString()!;
        }
    }
}

/// <summary>A gateway on a real port of this machine, over <see cref="FakeGrains"/>.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, FakeGrains grains, GatewayOptions options)
    {
        _app = app;
        Grains = grains;
        Options = options;
        var server = app.Services.GetRequiredService<IServer>();
        var addresses = server.Features.GetRequiredFeature<IServerAddressesFeature>();
        Addresses = [.. addresses.Addresses.Select(address => new Uri(address))];
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = Addresses[0],
        };
    }

    public FakeGrains Grains { get; }

    public GatewayOptions Options { get; }

    public IReadOnlyList<Uri> Addresses { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestGateway> StartAsync(
        Action<GatewayOptions>? configure = null,
        Action<IServiceCollection>? addServices = null,
        string urls = "http://127.0.0.1:0",
        Action<WebApplication>? map = null)
    {
        var grains = new FakeGrains();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls(urls);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(grains.Factory);
        builder.Services.AddSingleton<ReadManifest>(ReadFakeManifest);
        addServices?.Invoke(builder.Services);
        builder.Services.AddSluiceGateway(options =>
        {
            options.RetryDelay = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        var app = builder.Build();
        app.MapSluice();
        map?.Invoke(app);
        await app.StartAsync();
        return new TestGateway(app, grains, app.Services.GetRequiredService<GatewayOptions>());
    }

    public async Task<Answer> SendAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        return await SendAsync(method, path, content, headers);
    }

    public async Task<Answer> SendAsync(
        string method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.RelativeOrAbsolute))
        {
            Content = content,
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var length = response.Content.Headers.ContentLength;
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text, response.Headers, response.Content.Headers)
        {
            Length = length,
        };
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("GET", path, (string?)null, headers);

    /// <summary>Sends bytes as they are, and reads until the server closes.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Addresses[0].Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static ManifestReading ReadFakeManifest(string yaml) => yaml.StartsWith("name: ", StringComparison.Ordinal)
        ? new(new Manifest
        {
            Kind = ManifestKind.Pod,
            Name = yaml["name: ".Length..].Trim(),
            Namespace = "default",
            Replicas = 1,
            GpuReq = 1,
            GpuLim = 2,
            RestartPolicy = RestartPolicy.Never,
        }, null)
        : new(null, "metadata.name is missing");
}

/// <summary>One gateway for all tests of a class; each test starts with fresh grains.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    public TestGateway Gateway { get; private set; } = null!;

    public async Task InitializeAsync() => Gateway = await TestGateway.StartAsync();

    public async Task DisposeAsync() => await Gateway.DisposeAsync();
}
