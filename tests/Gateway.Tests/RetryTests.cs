using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Tests;

public sealed class RetryTests : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway;

    public RetryTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    private FakeGrains Grains => _gateway.Grains;

    public static TheoryData<string, string, string?> Requests => new()
    {
        { "POST", "/add_job", Samples.Add },
        { "PUT", "/update_last_checkpoint", Samples.Checkpoint },
        { "PUT", "/update_job_status", Samples.Status },
        { "PUT", "/update_job", Samples.Name },
        { "PUT", "/increment_restarts", Samples.Name },
        { "DELETE", "/delete_job", Samples.Name },
        { "GET", "/get_job/a", null },
        { "GET", "/get_all_jobs", null },
        { "GET", "/get_jobs_by_arrival", null },
        { "GET", "/api/v1/jobs/a", null },
        { "GET", "/api/v1/capacity", null },
        { "GET", "/freegpu", null },
        { "GET", "/resourcequota/a", null },
        { "POST", "/deploy", "name: a" },
        { "POST", "/scale", """{"name":"a"}""" },
        { "POST", "/scale", null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_call_of_unknown_outcome_is_sent_again_as_it_was(string method, string path, string? body)
    {
        Fail(times: 3);

        var answer = await _gateway.SendAsync(method, path, body);

        Assert.True(answer.Status is 200 or 201 or 404, $"{answer.Status}");
        Assert.Equal(4, Grains.Calls.Count);
        Assert.Single(Grains.Calls.Distinct());
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_grain_that_stays_away_gets_503_and_never_500(string method, string path, string? body)
    {
        Fail(times: int.MaxValue);

        var answer = await _gateway.SendAsync(method, path, body);

        Assert.Equal((503, "1"), (answer.Status, answer.Headers.RetryAfter?.ToString()));
        Assert.NotEmpty(answer.Error);
        Assert.Equal(4, Grains.Calls.Count);
    }

    [Theory]
    [InlineData("POST", "/add_job", Samples.Add)]
    [InlineData("PUT", "/increment_restarts", Samples.Name)]
    [InlineData("POST", "/deploy", "name: a")]
    [InlineData("DELETE", "/delete", """{"names":["a"]}""")]
    [InlineData("DELETE", "/delete_job", Samples.Name)]
    [InlineData("POST", "/scale", "{}")]
    public async Task A_retry_carries_the_operation_id_of_its_request_and_no_other_request_has_it(
        string method, string path, string body)
    {
        Fail(times: 2);

        await _gateway.SendAsync(method, path, body);
        await _gateway.SendAsync(method, path, body);

        var ids = Grains.Calls.Select(call => call.Command switch
        {
            AddJob add => add.OperationId,
            IncrementRestarts increment => increment.OperationId,
            DeployJob deploy => deploy.OperationId,
            var id => (string?)id,
        }).ToList();
        Assert.Equal(4, ids.Count);
        Assert.NotNull(ids[0]);
        Assert.Single(ids.Take(3).Distinct());
        Assert.NotEqual(ids[0], ids[3]);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_not_retried()
    {
        Grains.Answer = new JobAnswer { Outcome = JobOutcome.NotFound };

        await _gateway.SendAsync("PUT", "/update_job", Samples.Name);

        Assert.Single(Grains.Calls);
    }

    [Fact]
    public async Task No_retry_starts_after_the_window()
    {
        await using var gateway = await TestGateway.StartAsync(options => options.RetryWindow = TimeSpan.Zero);
        gateway.Grains.Before = _ => throw new TimeoutException();

        Assert.Equal(503, (await gateway.GetAsync("/get_job/a")).Status);
        Assert.Single(gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("a key with spaces ~!")]
    public async Task The_callers_key_is_the_operation_id_and_the_body_its_digest(string key)
    {
        await SendAsync(Samples.Name);
        await SendAsync(Samples.Name);
        await SendAsync(Samples.Name + " ");

        var commands = Grains.Calls.Select(call => (IncrementRestarts)call.Command!).ToList();
        Assert.All(commands, command => Assert.Equal(key, command.OperationId));
        Assert.Equal(commands[0].RequestDigest, commands[1].RequestDigest);
        Assert.NotEqual(commands[0].RequestDigest, commands[2].RequestDigest);

        Task SendAsync(string body) =>
            _gateway.SendAsync("PUT", "/increment_restarts", body, ("Idempotency-Key", key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("a\u007f")]
    public async Task A_key_that_is_none_gets_400(string key)
    {
        var answer = await _gateway.SendAsync("PUT", "/increment_restarts", Samples.Name, ("Idempotency-Key", key));

        Assert.Equal(400, answer.Status);
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_key_has_at_most_255_characters()
    {
        Assert.Equal(200, (await SendAsync(255)).Status);
        Assert.Equal(400, (await SendAsync(256)).Status);

        Task<Answer> SendAsync(int length) => _gateway.SendAsync(
            "PUT", "/increment_restarts", Samples.Name, ("Idempotency-Key", new string('k', length)));
    }

    private void Fail(int times)
    {
        var left = times;
        Grains.Before = _ => Interlocked.Decrement(ref left) >= 0
            ? Task.FromException(new TimeoutException("nobody there"))
            : Task.CompletedTask;
    }
}
