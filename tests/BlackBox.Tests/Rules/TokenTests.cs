namespace Sluice.BlackBox.Tests.Rules;

/// <summary>Bearer tokens and what their roles may do.</summary>
public sealed class TokenTests : IAsyncLifetime, IDisposable
{
    private const string ReadToken = "read-token-0123456789";
    private const string ReportToken = "report-token-0123456789";
    private const string OperateToken = "operate-token-0123456789";

    private readonly TemporaryFolder _folder = new();
    private SluiceServer _server = null!;

    public async Task InitializeAsync()
    {
        var file = Path.Combine(_folder.Path, "tokens");
        await File.WriteAllTextAsync(
            file, $"# who may do what\n\nread {ReadToken}\nreport {ReportToken}\n  operate   {OperateToken}  \n");
        _server = await SluiceServer.StartAsync("--auth-tokens", file, "--gpus", "2");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_role_may_do_what_it_is_for_and_no_more()
    {
        const string Job =
            """{"job_name":"j","gpu_req":1,"gpu_lim":1,"gpu_assigned":1,"status":"s","last_checkpoint_time":1,"completed_epochs":1}""";
        (string Method, string Path, string Least)[] requests =
        [
            ("POST", "/add_job", OperateToken), ("GET", "/get_all_jobs", ReadToken), ("GET", "/get_job/j", ReadToken),
            ("GET", "/get_jobs_by_arrival", ReadToken), ("GET", "/freegpu", ReadToken),
                ("GET", "/api/v1/capacity", ReadToken),
            ("PUT", "/update_last_checkpoint", ReportToken), ("PUT", "/update_job_status", ReportToken),
            ("PUT", "/increment_restarts", ReportToken), ("PUT", "/update_job", OperateToken),
                ("POST", "/deploy", OperateToken),
            ("POST", "/scale", OperateToken), ("DELETE", "/delete", OperateToken),
                ("DELETE", "/delete_job", OperateToken),
        ];
        string[] tokens = [ReadToken, ReportToken, OperateToken];
        foreach (var (method, path, least) in requests)
        {
            foreach (var token in tokens)
            {
                var status = (await SendAsync(method, path, "Bearer " + token, Job)).Status;
                var mayPass = Array.IndexOf(tokens, token) >= Array.IndexOf(tokens, least);
                Assert.True(
                    mayPass == status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized),
                    $"{method} {path} with {token}: {status}");
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer wrong-token-0123456789")]
    [InlineData("Bearer read-token-012345678")]
    [InlineData("Basic cmVhZC10b2tlbi0wMTIzNDU2Nzg5")]
    [InlineData(ReadToken)]
    public async Task Who_is_not_known_gets_401_and_is_asked_for_a_token(string? authorization)
    {
        var answer = await SendAsync("GET", "/get_all_jobs", authorization);
        Assert.NotNull(answer.Must(HttpStatusCode.Unauthorized).Error);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        (await SendAsync("POST", "/deploy", authorization, "x: 1")).Must(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Probes_need_no_token()
    {
        (await SendAsync("GET", "/healthz", null)).Must(HttpStatusCode.OK);
        (await SendAsync("GET", "/readyz", null)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Commands_give_the_token_they_are_told()
    {
        var refused = await _server.RunAsync("jobs");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("token", refused.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await _server.RunAsync("jobs", "--token", ReadToken)).ExitCode);
        Assert.Equal(1, (await _server.RunAsync("delete", "-n", "j", "--token", ReadToken)).ExitCode);
    }

    private Task<Answer> SendAsync(string method, string path, string? authorization, string? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (method != "GET")
        {
            request.Content = new StringContent(body ?? "{}");
        }

        return _server.Api.SendAsync(request);
    }
}
