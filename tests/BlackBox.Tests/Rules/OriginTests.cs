namespace Sluice.BlackBox.Tests.Rules;

/// <summary>No web page may drive a server on its reader's machine.</summary>
public sealed class OriginTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly (string Method, string Path)[] Paths =
    [
        ("GET", "/get_all_jobs"), ("GET", "/get_job/x"), ("POST", "/add_job"), ("PUT", "/update_job"),
            ("DELETE", "/delete_job"),
        ("POST", "/deploy"), ("POST", "/scale"), ("DELETE", "/delete"), ("GET", "/freegpu"), ("GET", "/healthz"),
        ("GET", "/readyz"), ("GET", "/openapi/v1.json"), ("GET", "/api/spec.html"), ("GET", "/api/v1/capacity"),
            ("GET", "/"),
        ("OPTIONS", "/add_job"), ("GET", "/no_such_path"),
    ];

    private readonly ApiClient _api = shared.Api;

    [Theory]
    [InlineData("Origin", "http://example.com")]
    [InlineData("Origin", "https://127.0.0.1")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Host", "example.com")]
    [InlineData("Host", "127.0.0.1.example.com")]
    [InlineData("Host", "10.11.12.13")]
    public async Task A_request_that_a_foreign_page_may_have_made_is_forbidden_on_every_path(
        string header, string value)
    {
        foreach (var (method, path) in Paths)
        {
            var answer = await SendAsync(method, path, header, value);
            Assert.True(
                answer.Status == HttpStatusCode.Forbidden, $"{method} {path}: {(int)answer.Status} {answer.Text}");
            Assert.DoesNotContain(
                answer.Headers, sent => sent.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }

        Assert.Null(await _api.FindJobAsync("planted"));
    }

    [Theory]
    [InlineData("Host", "localhost")]
    [InlineData("Host", "localhost:{0}")]
    [InlineData("Host", "127.0.0.1:{0}")]
    [InlineData("Host", "[::1]:{0}")]
    [InlineData("Origin", "http://127.0.0.1:{0}")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task A_persons_own_request_is_served(string header, string value)
    {
        var own = value.Replace("{0}", $"{shared.Server.Port}", StringComparison.Ordinal);

        (await SendAsync("GET", "/get_all_jobs", header, own)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_answer_carries_CORS_headers()
    {
        foreach (var (method, path) in Paths)
        {
            var answer = await SendAsync(method, path, "Origin", $"http://127.0.0.1:{shared.Server.Port}");
            Assert.DoesNotContain(
                answer.Headers, sent => sent.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
    }

    private Task<Answer> SendAsync(string method, string path, string header, string value)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is not ("GET" or "OPTIONS"))
        {
            request.Content = new StringContent("""{"job_name":"planted","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}""");
        }

        request.Headers.TryAddWithoutValidation(header, value);
        return _api.SendAsync(request);
    }
}
