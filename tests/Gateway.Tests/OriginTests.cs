namespace Sluice.Gateway.Tests;

public sealed class OriginTests : IClassFixture<GatewayFixture>
{
    private static readonly string[] Paths =
    [
        "/get_job/a", "/get_all_jobs", "/healthz", "/readyz", "/openapi/v1.json", "/api/spec.html",
        "/api/spec/swagger-ui.css", "/freegpu", "/unknown",
    ];

    private readonly TestGateway _gateway;

    public OriginTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    private int Port => _gateway.Addresses[0].Port;

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "evil.example:5000")]
    [InlineData("Host", "localhost.evil.example")]
    [InlineData("Host", "127.0.0.1.evil.example")]
    [InlineData("Host", "10.1.2.3")]
    [InlineData("Host", "[2001:db8::1]:80")]
    [InlineData("Host", "0.0.0.0")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Origin", "https://127.0.0.1")]
    [InlineData("Origin", "127.0.0.1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "Cross-Site")]
    public async Task A_foreign_web_page_gets_403_on_every_path(string header, string value)
    {
        foreach (var path in Paths)
        {
            foreach (var method in (string[])["GET", "POST", "OPTIONS"])
            {
                var answer = await _gateway.SendAsync(method, path, (string?)null, (header, value));
                Assert.Equal((path, method, 403), (path, method, answer.Status));
                Assert.NotEmpty(answer.Error);
            }
        }

        Assert.Empty(_gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("Host", "localhost")]
    [InlineData("Host", "LocalHost:{0}")]
    [InlineData("Host", "127.0.0.1")]
    [InlineData("Host", "127.9.9.9:{0}")]
    [InlineData("Host", "[::1]:{0}")]
    [InlineData("Origin", "http://127.0.0.1:{0}")]
    [InlineData("Origin", "HTTP://127.0.0.1:{0}")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task The_readers_own_page_is_served(string header, string value)
    {
        var own = value.Replace("{0}", $"{Port}", StringComparison.Ordinal);

        Assert.Equal(200, (await _gateway.GetAsync("/get_all_jobs", (header, own))).Status);
    }

    [Fact]
    public async Task A_default_port_may_be_left_out_of_origin_and_host()
    {
        Assert.Equal(200, (await _gateway.GetAsync(
            "/get_all_jobs", ("Host", "localhost"), ("Origin", "http://localhost:80"))).Status);
        Assert.Equal(200, (await _gateway.GetAsync(
            "/get_all_jobs", ("Host", "localhost:443"), ("Origin", "https://localhost"))).Status);
    }

    [Fact]
    public async Task A_configured_name_is_served_and_others_still_are_not()
    {
        await using var gateway = await TestGateway.StartAsync(options =>
        {
            options.AllowHostsOf(["http://gpu-box:5000", "http://0.0.0.0:1", "http://[2001:db8::1]:2"]);
            options.AllowedHosts.Add("sluice.example.org");
        });

        foreach (var host in (string[])["gpu-box", "GPU-BOX:5000", "sluice.example.org:80", "[2001:db8::1]"])
        {
            Assert.Equal((host, 200), (host, (await gateway.GetAsync("/healthz", ("Host", host))).Status));
        }

        foreach (var host in (string[])["0.0.0.0:1", "example.org", "gpu-box.evil.example"])
        {
            Assert.Equal((host, 403), (host, (await gateway.GetAsync("/healthz", ("Host", host))).Status));
        }
    }

    [Fact]
    public async Task No_answer_lets_other_origins_read_it()
    {
        var answer = await _gateway.GetAsync("/get_all_jobs", ("Origin", $"http://127.0.0.1:{Port}"));

        Assert.DoesNotContain(
            answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("GET /get_all_jobs HTTP/1.0\r\n\r\n", "403")]
    [InlineData("GET /get_all_jobs HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", "403")]
    [InlineData("GET /get_all_jobs HTTP/1.1\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("GET /get_all_jobs HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n", "403")]
    [InlineData("GET /get_all_jobs HTTP/1.1\r\nHost: localhost\r\nOrigin:\r\nConnection: close\r\n\r\n", "403")]
    [InlineData("GET /get_all_jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "200")]
    [InlineData(
        "GET http://evil.example/get_all_jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "403")]
    public async Task Odd_requests_are_judged_by_the_same_rules(string request, string status)
    {
        var answer = await _gateway.SendRawAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }
}
