using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Gateway.Tests;

public sealed class PipelineTests : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway;

    public PipelineTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    [Theory]
    [InlineData("GET", "/unknown")]
    [InlineData("POST", "/get_job")]
    [InlineData("GET", "/get_job/")]
    [InlineData("GET", "/get_job/a/b")]
    [InlineData("GET", "/get_jobs_by_difference/")]
    [InlineData("GET", "/api/v2/jobs/a")]
    [InlineData("BREW", "/coffee")]
    [InlineData("GET", "/openapi/v2.json")]
    [InlineData("GET", "/api/spec/none.js")]
    public async Task An_unknown_path_gets_404(string method, string path)
    {
        var answer = await _gateway.SendAsync(method, path);

        Assert.Equal((404, "Not found"), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("GET", "/add_job", "POST")]
    [InlineData("PUT", "/add_job", "POST")]
    [InlineData("POST", "/update_job", "PUT")]
    [InlineData("POST", "/delete_job", "DELETE")]
    [InlineData("DELETE", "/get_job/a", "GET")]
    [InlineData("OPTIONS", "/add_job", "POST")]
    [InlineData("HEAD", "/add_job", "POST")]
    public async Task Another_method_gets_405_and_those_that_there_are(string method, string path, string allow)
    {
        var answer = await _gateway.SendAsync(method, path);

        Assert.Equal((405, allow), (answer.Status, string.Join(',', answer.ContentHeaders.Allow)));
        if (method != "HEAD") Assert.Equal("Method not allowed", answer.Error);
    }

    [Theory]
    [InlineData("/get_job/job_1")]
    [InlineData("/get_all_jobs")]
    [InlineData("/healthz")]
    public async Task A_head_is_a_get_without_the_body(string path)
    {
        var get = await _gateway.GetAsync(path);
        var head = await _gateway.SendAsync("HEAD", path);

        Assert.Equal((200, "", get.Length),
            (head.Status, head.Body, head.Length));
    }

    [Theory]
    [InlineData(
        "POST /add_job HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nxyz\r\n",
            "400")]
    [InlineData("POST /add_job HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\nConnection: close\r\n\r\n", "400")]
    [InlineData(
        "POST /add_job HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n", "413")]
    [InlineData("GET /get_job/a%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("GET /get_job/a% HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("GET /get_all_jobs?limit=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("DELETE /delete_job HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{\"job_name\":\"job_1\"}", "200")]
    public async Task Odd_requests_get_an_answer_that_is_no_500(string request, string status)
    {
        var answer = await _gateway.SendRawAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /get_job/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", "400")]
    [InlineData("GET /get_job/a b HTTP/1.1\r\nHost: localhost\r\n\r\n", "400")]
    [InlineData("GET /get_job/a HTTP/1.1\r\n\r\n", "400")]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET /get_job/a HTTP/9.9\r\nHost: localhost\r\n\r\n", "505")]
    public async Task What_the_web_server_refuses_by_itself_gets_the_error_body_as_well(string request, string status)
    {
        var answer = await _gateway.SendRawAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        var body = JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.NotEqual("", Assert.Single(body.RootElement.EnumerateObject()).Value.GetString());
    }

    [Fact]
    public async Task Requests_may_be_sent_one_after_the_other_on_one_connection()
    {
        const string get = "GET /get_job/job_1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
        const string post = "POST /add_job HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n1234";

        var answer = await _gateway.SendRawAsync(
            get + post + get + "GET /get_job/job_1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(3, answer.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(1, answer.Split("HTTP/1.1 400 ").Length - 1);
        Assert.Equal(3, answer.Split(Samples.RecordJson).Length - 1);
    }

    [Fact]
    public async Task One_request_more_than_are_handled_at_once_gets_503_and_health_does_not()
    {
        await using var gateway = await TestGateway.StartAsync(options => options.MaxConcurrentRequests = 1);
        var held = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        gateway.Grains.Before = call =>
        {
            if (call.Method != "Get") return Task.CompletedTask;
            entered.TrySetResult();
            return held.Task;
        };
        var first = gateway.GetAsync("/get_job/job_1");
        await entered.Task;

        var second = await gateway.GetAsync("/get_job/job_1");
        Assert.Equal((503, "1"), (second.Status, second.Headers.RetryAfter?.ToString()));
        Assert.Equal(200, (await gateway.GetAsync("/healthz")).Status);
        held.SetResult();
        Assert.Equal(200, (await first).Status);
        Assert.Equal(200, (await gateway.GetAsync("/get_job/job_1")).Status);
    }

    [Fact]
    public async Task A_handler_that_breaks_gets_500_without_its_secrets()
    {
        await using var gateway = await TestGateway.StartAsync(map: app =>
            app.MapGet("/broken", _ => throw new InvalidOperationException("a secret")));

        var answer = await gateway.GetAsync("/broken");

        Assert.Equal((500, "internal error"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Requests_are_counted_by_route_and_status()
    {
        var seen = new List<(string Instrument, string Tags)>();
        var haveAll = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var meters = _gateway.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Sluice.Gateway" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();

        await _gateway.GetAsync("/get_job/secret-name");
        await _gateway.GetAsync("/nowhere");
        Assert.Equal(403, (await _gateway.GetAsync("/freegpu", ("Host", "evil.example"))).Status);

        // The answer is on its way before the measurement is taken. Two of each of the three requests.
        await haveAll.Task.WaitAsync(TimeSpan.FromSeconds(90));
        lock (seen)
        {
            Assert.Contains(
                ("sluice.gateway.requests", "http.route=/get_job/{job_name} http.response.status_code=200"), seen);
            Assert.Contains(("sluice.gateway.requests", "http.route=other http.response.status_code=404"), seen);
            Assert.Contains(("sluice.gateway.requests", "http.route=/freegpu http.response.status_code=403"), seen);
            Assert.Contains(("sluice.gateway.request.duration", "http.route=/get_job/{job_name}"), seen);
        }

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
            lock (seen)
            {
                seen.Add((instrument.Name, text));
                if (seen.Count == 6)
                {
                    haveAll.SetResult();
                }
            }
        }
    }
}
