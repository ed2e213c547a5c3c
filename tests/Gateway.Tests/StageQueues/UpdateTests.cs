using System.Text;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class UpdateTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_update_moves_the_job(string method)
    {
        var answer = await SendAsync(method, "/update_job/-17/2");

        Assert.Equal((200, "Success, job -17 was updated to stage 2!"), (answer.Status, answer.Body));
        Assert.Equal("text/plain; charset=utf-8", answer.ContentHeaders.ContentType?.ToString());
        var command = Command<MoveStageJob>();
        Assert.Equal((-17, 2, "127.0.0.1"), (command.JobId, command.Stage, command.Caller));
        Assert.Null(command.Lease);
        Assert.Null(command.FileName);
        Assert.Null(command.Command);
        Assert.False(command.IsKey);
    }

    [Fact]
    public async Task A_job_that_is_not_there_gets_200_without_a_lease_and_404_with_one()
    {
        Grains.Queue.Moved = new(MoveOutcome.NotFound);
        const string text = "No job 9 in this list, nothing was updated!";

        var without = await GetAsync("/update_job/9/2");
        var with = await GetAsync("/update_job/9/2", ("Lease", "9-1"));

        Assert.Equal((200, text), (without.Status, without.Body));
        Assert.Equal((404, text), (with.Status, with.Body));
        Assert.Equal(["", "9-1"], Commands.Select(call => ((MoveStageJob)call.Command!).Lease ?? ""));
    }

    [Fact]
    public async Task A_lease_that_is_over_gets_409_that_says_what_became_of_it()
    {
        Grains.Queue.Moved = new(MoveOutcome.LeaseOver, "job 1 was handed out again");
        Grains.Queue.Extended = new(MoveOutcome.LeaseOver, null);

        var update = await GetAsync("/update_job/1/2", ("Lease", "1-1"));
        var heartbeat = await SendAsync("PUT", "/api/v1/queue/jobs/1/lease", headers: ("Lease", "1-1"));

        Assert.Equal((409, "job 1 was handed out again"), (update.Status, update.Error));
        Assert.Equal(409, heartbeat.Status);
        Assert.NotEmpty(heartbeat.Error);
    }

    [Fact]
    public async Task A_list_that_would_hold_too_much_gets_413()
    {
        Grains.Queue.Moved = new(MoveOutcome.TooLarge, "more than 256 MiB");

        var answer = await SendAsync("POST", "/update_job/1/2", """{"jobcmd":1}""");

        Assert.Equal((413, "more than 256 MiB"), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    public async Task What_is_no_lease_gets_400(string lease)
    {
        foreach (var (method, path) in new[] { ("GET", "/update_job/1/2"), ("PUT", "/api/v1/queue/jobs/1/lease") })
        {
            var answer = await SendAsync(method, path, headers: ("Lease", lease));

            Assert.Equal(400, answer.Status);
            Assert.StartsWith("Lease must be", answer.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Grains.Calls);
    }

    [Theory]
    [InlineData("""{"filename":"/a/ü.h5","jobcmd": {"y" : 2.50} }""", "/a/ü.h5", """{"y" : 2.50}""")]
    [InlineData("""{"filename":"f"}""", "f", null)]
    [InlineData("""{"jobcmd":"c"}""", null, "\"c\"")]
    [InlineData("""{"filename":null,"jobcmd":null}""", null, null)]
    [InlineData("""{"jobcmd":1,"jobcmd":null}""", null, null)]
    [InlineData("""{"other":[1,{"jobcmd":2}]}""", null, null)]
    [InlineData("{}", null, null)]
    [InlineData("", null, null)]
    [InlineData("\uFEFF{\"jobcmd\":[1]}", null, "[1]")]
    public async Task A_body_replaces_what_it_names(string body, string? fileName, string? command)
    {
        byte[][] packings = body.Length == 0 ? [[]] : [Encoding.UTF8.GetBytes(body), Zlib(body), Gzip(body)];
        foreach (var packed in packings)
        {
            Assert.Equal(200, (await SendBytesAsync("POST", "/update_job/1/2", packed)).Status);
        }

        Assert.All(Commands, call =>
        {
            var move = (MoveStageJob)call.Command!;
            Assert.Equal(fileName, move.FileName);
            Assert.Equal(command, move.Command is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null);
        });
    }

    [Theory]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("{", "the body is not valid JSON: line 1, byte 2")]
    [InlineData("""{"filename":5}""", "filename must be a string")]
    [InlineData("""{"filename":"\ud800"}""", "filename must be valid Unicode")]
    [InlineData("""{"jobcmd":["\ud800"]}""", "jobcmd must be valid Unicode")]
    [InlineData("""{"jobcmd":NaN}""", "the body is not valid JSON: line 1, byte 11, in jobcmd")]
    public async Task A_body_that_is_wrong_gets_400_and_changes_nothing(string body, string error)
    {
        foreach (var packed in new[] { Encoding.UTF8.GetBytes(body), Zlib(body) })
        {
            var answer = await SendBytesAsync("POST", "/update_job/1/2", packed);

            Assert.Equal((400, error), (answer.Status, answer.Error));
        }

        Assert.Empty(Commands);
    }

    [Fact]
    public async Task A_save_path_has_at_most_4096_characters_and_a_command_64_KiB()
    {
        Assert.Equal(200, await StatusAsync($$"""{"filename":"{{new string('f', 4096)}}"}"""));
        Assert.Equal(400, await StatusAsync($$"""{"filename":"{{new string('f', 4097)}}"}"""));
        Assert.Equal(200, await StatusAsync($$"""{"jobcmd":"{{new string('c', 65534)}}"}"""));
        Assert.Equal(413, await StatusAsync($$"""{"jobcmd":"{{new string('c', 65535)}}"}"""));

        async Task<int> StatusAsync(string body) => (await SendAsync("POST", "/update_job/1/2", body)).Status;
    }

    [Fact]
    public async Task A_command_may_be_64_levels_deep()
    {
        Assert.Equal(200, await StatusAsync(64));
        Assert.Equal(400, await StatusAsync(65));

        async Task<int> StatusAsync(int depth) => (await SendAsync(
            "POST", "/update_job/1/2", $$"""{"jobcmd":{{new string('[', depth)}}{{new string(']', depth)}}}""")).Status;
    }
}
