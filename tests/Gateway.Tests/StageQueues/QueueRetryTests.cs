namespace Sluice.Gateway.Tests.StageQueues;

public sealed class QueueRetryTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    public static TheoryData<string, string, string?, string> Requests => new()
    {
        { "GET", "/init", null, "GetLifetimes" },
        { "GET", "/init/5", null, "Initialize" },
        { "POST", "/set", """{"1":{"jobstage":0}}""", "Add" },
        { "GET", "/get", null, "GetProgress" },
        { "GET", "/get", null, "ReadJobs" },
        { "GET", "/get/0", null, "HandOut" },
        { "GET", "/get/0/1", null, "HandOut" },
        { "GET", "/update_job/1/2", null, "Move" },
        { "POST", "/update_job/1/2", """{"jobcmd":1}""", "Move" },
        { "GET", "/check_stages", null, "Check" },
        { "GET", "/check_stages/1/0", null, "Redo" },
        { "GET", "/lifetime", null, "GetLifetimes" },
        { "GET", "/lifetime/0", null, "GetLifetimes" },
        { "GET", "/lifetime/0/5", null, "SetLifetime" },
        { "GET", "/api/v1/queue", null, "GetProgress" },
        { "GET", "/api/v1/queue/jobs", null, "ReadJobs" },
        { "PUT", "/api/v1/queue/settings", "{}", "ChangeSettings" },
        { "PUT", "/api/v1/queue/jobs/1/lease", null, "ExtendLease" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_call_of_unknown_outcome_is_sent_again_as_it_was(
        string method, string path, string? body, string called)
    {
        var left = 3;
        Grains.Before = call => call.Method == called && Interlocked.Decrement(ref left) >= 0
            ? Task.FromException(new TimeoutException("nobody there"))
            : Task.CompletedTask;

        var answer = await SendAsync(method, path, body, Jobix, ("Lease", "1-1"));

        Assert.Equal(200, answer.Status);
        var calls = Commands.Where(call => call.Method == called).Take(4).ToList();
        Assert.Equal(4, calls.Count);
        // The very same command, so with the same operation id.
        Assert.All(calls, call => Assert.Same(calls[0].Command, call.Command));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_list_that_stays_away_gets_503_and_never_500(
        string method, string path, string? body, string called)
    {
        Grains.Before = call => call.Method == called
            ? Task.FromException(new TimeoutException("nobody there"))
            : Task.CompletedTask;

        var answer = await SendAsync(method, path, body, Jobix, ("Lease", "1-1"));

        Assert.Equal((503, "1"), (answer.Status, answer.Headers.RetryAfter?.ToString()));
        Assert.NotEmpty(answer.Error);
    }
}
