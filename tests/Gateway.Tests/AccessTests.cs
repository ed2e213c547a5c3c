using Sluice.Gateway.Access;

namespace Sluice.Gateway.Tests;

public sealed class AccessTests
{
    private const string ReadToken = "read-token-0123456789";
    private const string ReportToken = "report-token-0123456789";
    private const string OperateToken = "operate-token-0123456789";
    private const string InternalToken = "internal-token-0123456789";

    public static TheoryData<string, string, string?, string> Routes => new()
    {
        { "GET", "/get_job/a", null, "read" },
        { "HEAD", "/get_job/a", null, "read" },
        { "GET", "/get_all_jobs", null, "read" },
        { "GET", "/get_jobs_by_arrival", null, "read" },
        { "GET", "/get_jobs_by_checkpoint_limit", null, "read" },
        { "GET", "/get_jobs_by_difference/1", null, "read" },
        { "GET", "/get_scale_down_jobs_by_checkpoint/1", null, "read" },
        { "GET", "/freegpu", null, "read" },
        { "GET", "/resourcequota/default", null, "read" },
        { "GET", "/api/v1/jobs/a", null, "read" },
        { "GET", "/api/v1/jobs/a/explain", null, "read" },
        { "GET", "/api/v1/jobs/a/logs", null, "read" },
        { "POST", "/api/v1/whatif", "name: a", "read" },
        { "GET", "/api/v1/capacity", null, "read" },
        { "GET", "/api/v1/events", null, "read" },
        { "GET", "/openapi/v1.json", null, "read" },
        { "GET", "/api/spec.html", null, "read" },
        { "GET", "/api/spec/swagger-ui.css", null, "read" },
        { "GET", "/unknown", null, "read" },
        { "POST", "/unknown", null, "operate" },
        { "POST", "/get_all_jobs", null, "operate" },
        { "PUT", "/update_last_checkpoint", Samples.Checkpoint, "report" },
        { "PUT", "/update_job_status", Samples.Status, "report" },
        { "PUT", "/increment_restarts", Samples.Name, "report" },
        { "POST", "/add_job", Samples.Add, "operate" },
        { "PUT", "/update_job", Samples.Name, "operate" },
        { "DELETE", "/delete_job", Samples.Name, "operate" },
        { "POST", "/deploy", "name: a", "operate" },
        { "POST", "/scale", null, "operate" },
        { "DELETE", "/delete", """{"names":["a"]}""", "operate" },
        { "GET", "/init", null, "read" },
        { "GET", "/lifetime", null, "read" },
        { "GET", "/lifetime/0", null, "read" },
        { "GET", "/get", null, "read" },
        { "GET", "/check_stages", null, "read" },
        { "GET", "/api/v1/queue", null, "read" },
        { "GET", "/api/v1/queue/jobs", null, "read" },
        { "GET", "/get/0", null, "report" },
        { "HEAD", "/get/0", null, "report" },
        { "GET", "/get/0/1", null, "report" },
        { "GET", "/update_job/1/2", null, "report" },
        { "POST", "/update_job/1/2", "{}", "report" },
        { "PUT", "/api/v1/queue/jobs/1/lease", null, "report" },
        { "GET", "/init/5", null, "operate" },
        { "POST", "/set", "{}", "operate" },
        { "GET", "/lifetime/0/5", null, "operate" },
        { "GET", "/check_stages/1/0", null, "operate" },
        { "PUT", "/api/v1/queue/settings", "{}", "operate" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Each_route_asks_for_its_role(string method, string path, string? body, string role)
    {
        await using var gateway = await StartAsync();
        var rank = Array.IndexOf(["read", "report", "operate"], role);

        var without = await gateway.SendAsync(method, path, body);
        Assert.Equal((401, "Bearer"), (without.Status, without.Headers.WwwAuthenticate.ToString()));
        Assert.Equal(401, (await SendAsync("wrong-token-0123456789")).Status);
        string[] tokens = [ReadToken, ReportToken, OperateToken];
        for (var i = 0; i < tokens.Length; i++)
        {
            var answer = await SendAsync(tokens[i]);
            Assert.Equal((role, i, i < rank), (role, i, answer.Status == 403));
            Assert.NotEqual(401, answer.Status);
            Assert.True(answer.Status < 500);
        }

        Assert.Equal(rank > 1, (await SendAsync(InternalToken)).Status == 403);

        Task<Answer> SendAsync(string token) =>
            gateway.SendAsync(method, path, body, ("Authorization", $"Bearer {token}"), ("jobix", "42"));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/")]
    public async Task Health_and_the_root_need_no_token(string path)
    {
        await using var gateway = await StartAsync();

        Assert.Equal(200, (await gateway.GetAsync(path)).Status);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic cmVhZDp0b2tlbg==")]
    [InlineData(ReadToken)]
    [InlineData("Token " + ReadToken)]
    [InlineData("Bearer " + ReadToken + "x")]
    [InlineData("Bearer READ-TOKEN-0123456789")]
    public async Task What_is_no_known_bearer_token_gets_401(string authorization)
    {
        await using var gateway = await StartAsync();

        var answer = await gateway.GetAsync("/freegpu", ("Authorization", authorization));

        Assert.Equal(401, answer.Status);
        Assert.NotEmpty(answer.Error);
        Assert.Empty(gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("bearer ")]
    [InlineData("BEARER   ")]
    public async Task The_scheme_is_read_in_any_case(string scheme)
    {
        await using var gateway = await StartAsync();

        Assert.Equal(200, (await gateway.GetAsync("/freegpu", ("Authorization", scheme + ReadToken))).Status);
    }

    [Fact]
    public async Task A_token_of_any_length_is_compared_and_not_choked_on()
    {
        await using var gateway = await StartAsync();

        var answer = await gateway.GetAsync("/freegpu", ("Authorization", "Bearer " + new string('x', 8000)));

        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task Without_tokens_all_may_do_all()
    {
        await using var gateway = await TestGateway.StartAsync(options => options.InternalReportToken = InternalToken);

        Assert.Equal(201, (await gateway.SendAsync("POST", "/add_job", Samples.Add)).Status);
        var answer = await gateway.SendAsync(
            "POST", "/add_job", Samples.Add, ("Authorization", $"Bearer {InternalToken}"));
        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public void A_file_of_tokens_may_hold_comments_and_empty_lines()
    {
        var tokens = AuthTokens.Parse(["# who", "", "  read\t" + ReadToken, "operate   " + OperateToken + "  "]);

        Assert.Equal(2, tokens.Count);
        Assert.Equal(AccessRole.Read, tokens.RoleOf(ReadToken));
        Assert.Equal(AccessRole.Operate, tokens.RoleOf(OperateToken));
        Assert.Equal(AccessRole.None, tokens.RoleOf(ReportToken));
    }

    [Fact]
    public void A_file_of_tokens_is_named_in_its_problem()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(path, "operate " + OperateToken);
            Assert.Equal(AccessRole.Operate, AuthTokens.Read(path).RoleOf(OperateToken));
            File.WriteAllText(path, "operate short");
            Assert.StartsWith($"{path}: line 1", Assert.Throws<FormatException>(() => AuthTokens.Read(path)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.ThrowsAny<IOException>(() => AuthTokens.Read(path));
    }

    [Theory]
    [InlineData("", "no token")]
    [InlineData("# only a comment", "no token")]
    [InlineData("read", "line 1")]
    [InlineData("admin 0123456789abcdef", "line 1")]
    [InlineData("Read 0123456789abcdef", "line 1")]
    [InlineData("#\nread 0123456789abcde", "line 2")]
    [InlineData("read 0123456789abcdef extra", "line 1")]
    [InlineData("read 0123456789abcdeé", "line 1")]
    [InlineData("read 0123456789abcdef\noperate 0123456789abcdef", "line 2")]
    public void A_file_of_tokens_that_is_wrong_is_refused_by_line_and_without_the_token(string file, string message)
    {
        var problem = Assert.Throws<FormatException>(() => AuthTokens.Parse(file.Split('\n')));

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000", true)]
    [InlineData("http://127.3.2.1:5000", true)]
    [InlineData("http://localhost:5000", true)]
    [InlineData("https://LOCALHOST", true)]
    [InlineData("http://[::1]:5000", true)]
    [InlineData("http://unix:/run/sluice.sock", true)]
    [InlineData("http://0.0.0.0:5000", false)]
    [InlineData("http://*:5000", false)]
    [InlineData("http://+:5000", false)]
    [InlineData("http://[::]:5000", false)]
    [InlineData("http://10.0.0.5:5000/", false)]
    [InlineData("http://gpu-box:5000", false)]
    [InlineData("http://localhost.example.org:5000", false)]
    [InlineData("http://127.0.0.1.example.org:5000", false)]
    public void An_address_that_others_can_reach_needs_tokens_or_the_word_that_it_is_meant(string url, bool isLocal)
    {
        var problem = GatewayExposure.Check(["http://127.0.0.1:1", url], new GatewayOptions());

        Assert.Equal(isLocal, problem is null);
        if (isLocal) return;
        Assert.Contains(url, problem, StringComparison.Ordinal);
        Assert.Contains("--auth-tokens FILE", problem, StringComparison.Ordinal);
        Assert.Contains("--open", problem, StringComparison.Ordinal);
        Assert.Null(GatewayExposure.Check([url], new GatewayOptions { IsOpen = true }));
        Assert.Null(
            GatewayExposure.Check([url], new GatewayOptions { Tokens = AuthTokens.Parse(["read " + ReadToken]) }));
    }

    private static Task<TestGateway> StartAsync() => TestGateway.StartAsync(options =>
    {
        options.Tokens = AuthTokens.Parse(
            ["read " + ReadToken, "report " + ReportToken, "operate " + OperateToken]);
        options.InternalReportToken = InternalToken;
    });
}
