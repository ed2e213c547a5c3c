using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class WorkerTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    private const string StageProblem = "stage must be an integer of 0 to 10000";

    [Fact]
    public async Task A_job_is_handed_out_with_its_command_byte_for_byte_and_its_lease()
    {
        var answer = await GetAsync("/get/0");

        Assert.Equal(
            (200, """{"jobid":17,"jobcmd":{"x": [1, 2.0]},"jobstage":0,"jobix":42,"failed_attempts":2}"""),
            (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal("17-3", Assert.Single(answer.Headers.GetValues("Lease")));
        Assert.False(answer.Headers.Contains("Lease-Seconds"));
        Assert.Equal((0, 1), (Command<HandOut>().Stage, Command<HandOut>().Next));
        Assert.Null(Command<HandOut>().LeaseSeconds);
        Assert.False(Command<HandOut>().IsKey);
    }

    [Fact]
    public async Task A_number_of_many_digits_comes_back_as_a_JSON_integer()
    {
        var number = "-" + new string('9', 78);

        var answer = await SendAsync("GET", "/get/0", jobix: number);

        Assert.Contains($"\"jobix\":{number},", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_none_waits_the_answer_is_nada_and_has_no_lease()
    {
        Grains.Queue.HandedOut = new() { Outcome = HandOutOutcome.NoneWaits };

        var answer = await GetAsync("/get/3", ("Lease-Seconds", "5"));

        Assert.Equal((200, "\"nada\""), (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.False(answer.Headers.Contains("Lease"));
        Assert.False(answer.Headers.Contains("Lease-Seconds"));
    }

    [Theory]
    [InlineData("/get/3", 3, 4)]
    [InlineData("/get/3/7", 3, 7)]
    [InlineData("/get/3/3", 3, 3)]
    [InlineData("/get/10000/0", 10000, 0)]
    [InlineData("/get/9999", 9999, 10000)]
    public async Task A_job_moves_to_the_next_stage_or_to_the_one_that_is_named(string path, int stage, int next)
    {
        Assert.Equal(200, (await GetAsync(path)).Status);

        Assert.Equal((stage, next), (Command<HandOut>().Stage, Command<HandOut>().Next));
    }

    [Theory]
    [InlineData("/get/-1", StageProblem)]
    [InlineData("/get/10001", StageProblem)]
    [InlineData("/get/1.0", StageProblem)]
    [InlineData("/get/x", StageProblem)]
    [InlineData("/get/%20", StageProblem)]
    [InlineData("/get/0/10001", "next must be an integer of 0 to 10000")]
    [InlineData("/get/0/x", "next must be an integer of 0 to 10000")]
    [InlineData("/get/10000", "stage must be below 10000 where next is not given")]
    [InlineData("/update_job/x/1", "jobid must be an integer of 64 bits")]
    [InlineData("/update_job/9223372036854775808/1", "jobid must be an integer of 64 bits")]
    [InlineData("/update_job/1/x", StageProblem)]
    public async Task A_path_that_is_wrong_gets_400_by_its_name(string path, string error)
    {
        var answer = await GetAsync(path);

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1.5", 1.5)]
    [InlineData("86400", 86400)]
    public async Task A_lease_that_is_asked_for_is_told_in_seconds(string text, double seconds)
    {
        var job = Grains.Queue.HandedOut.Job! with { LeaseUntil = DateTimeOffset.UtcNow.AddDays(2) };
        Grains.Queue.HandedOut = Grains.Queue.HandedOut with { Job = job };

        var answer = await GetAsync("/get/0", ("Lease-Seconds", text));

        Assert.Equal(seconds, Command<HandOut>().LeaseSeconds);
        Assert.Equal(text, Assert.Single(answer.Headers.GetValues("Lease-Seconds")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.99")]
    [InlineData("86400.1")]
    [InlineData("-5")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("soon")]
    [InlineData("1,5")]
    public async Task A_lease_of_no_such_length_gets_400(string text)
    {
        var answer = await GetAsync("/get/0", ("Lease-Seconds", text));

        Assert.Equal((400, "Lease-Seconds must be a number of 1 to 86400"), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task The_callers_key_is_the_operation_id()
    {
        await GetAsync("/get/0", ("Idempotency-Key", "k 1"));
        await GetAsync("/update_job/1/2", ("Idempotency-Key", "k 2"));

        var handOut = Assert.IsType<HandOut>(Commands[0].Command);
        Assert.Equal(("k 1", true), (handOut.OperationId, handOut.IsKey));
        var move = Assert.IsType<MoveStageJob>(Commands[1].Command);
        Assert.Equal(("k 2", true), (move.OperationId, move.IsKey));
    }

    [Theory]
    [InlineData("/get/0")]
    [InlineData("/update_job/1/2")]
    public async Task A_key_of_another_request_gets_422_and_one_that_is_none_400(string path)
    {
        Grains.Queue.HandedOut = new() { Outcome = HandOutOutcome.KeyReused };
        Grains.Queue.Moved = new(MoveOutcome.KeyReused);

        var reused = await GetAsync(path, ("Idempotency-Key", "k"));
        Assert.Equal((422, "Idempotency-Key was used for another request"), (reused.Status, reused.Error));
        Assert.Equal(400, (await GetAsync(path, ("Idempotency-Key", ""))).Status);
    }

    [Fact]
    public async Task Every_request_has_an_operation_of_its_own()
    {
        for (var i = 0; i < 3; i++) await GetAsync("/get/0");
        for (var i = 0; i < 3; i++) await GetAsync("/update_job/1/2");

        Assert.Equal(6, Commands.Select(call => call.Command switch
        {
            HandOut handOut => handOut.OperationId,
            var command => ((MoveStageJob)command!).OperationId,
        }).Distinct().Count());
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("30", 30.0)]
    public async Task A_heartbeat_extends_a_lease(string? header, double? seconds)
    {
        Grains.Queue.Extended = new(
            MoveOutcome.Done, seconds is null ? null : DateTimeOffset.UtcNow.AddHours(1));

        var answer = await SendAsync(
            "PUT", "/api/v1/queue/jobs/17/lease", jobix: Jobix,
            headers: [("Lease", "17-3"), .. header is null ? [] : new[] { ("Lease-Seconds", header) }]);

        Assert.Equal(
            (200, $$"""{"lease_seconds":{{header ?? "null"}}}"""), (answer.Status, answer.Body));
        Assert.Equal(new ExtendLease(17, "17-3", seconds), Command<ExtendLease>());
    }

    [Fact]
    public async Task A_heartbeat_of_no_job_gets_404_and_one_without_its_lease_400()
    {
        Grains.Queue.Extended = new(MoveOutcome.NotFound, null);

        var unknown = await SendAsync("PUT", "/api/v1/queue/jobs/5/lease", headers: ("Lease", "5-1"));
        var without = await SendAsync("PUT", "/api/v1/queue/jobs/5/lease");

        Assert.Equal((404, "there is no job 5 in this list"), (unknown.Status, unknown.Error));
        Assert.Equal((400, "Lease is missing: send what /get answered as Lease"), (without.Status, without.Error));
    }

    [Theory]
    [InlineData("/get/0", "GET")]
    [InlineData("/get/0/1", "GET")]
    [InlineData("/update_job/1/2", "GET,POST")]
    [InlineData("/init/5", "GET")]
    [InlineData("/lifetime/0/5", "GET")]
    [InlineData("/check_stages/1/0", "GET")]
    public async Task A_head_never_reaches_a_GET_that_changes_something(string path, string allow)
    {
        var answer = await SendAsync("HEAD", path);

        Assert.Equal((405, "", allow), (answer.Status, answer.Body, string.Join(',', answer.ContentHeaders.Allow)));
        Assert.Empty(Grains.Calls);
    }

    [Theory]
    [InlineData("/init")]
    [InlineData("/lifetime/0")]
    [InlineData("/check_stages")]
    [InlineData("/get")]
    [InlineData("/api/v1/queue")]
    public async Task A_head_of_what_only_looks_is_a_get_without_the_body(string path)
    {
        var answer = await SendAsync("HEAD", path);

        Assert.Equal((200, ""), (answer.Status, answer.Body));
    }
}
