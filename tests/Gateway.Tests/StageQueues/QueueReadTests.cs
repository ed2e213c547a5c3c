using System.Text.Json.Nodes;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class QueueReadTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    [Fact]
    public async Task Progress_is_told_by_stage()
    {
        var answer = await GetAsync("/api/v1/queue");

        const string expected =
            """
            {"job_count":3,"stages":[
            {"stage":0,"job_count":1,"handed_out":0,"flagged":0,"lifetime_minutes":0},
            {"stage":3,"job_count":2,"handed_out":1,"flagged":1,"lifetime_minutes":null}],
            "last_stage":4,"progress":0.5,"flagged":1,"settings":{"redeliver":true,"max_attempts":7},"version":"v9"}
            """;
        Assert.Equal((200, expected.ReplaceLineEndings("")), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Jobs_are_told_with_their_times_in_UTC()
    {
        var answer = await GetAsync("/api/v1/queue/jobs");

        const string expected =
            """
            {"jobs":[{"jobid":17,"jobstage":3,"jobcmd":{"x": "<&>"},"filename":"<b>&\"out.h5",
            "date_committed":"1970-01-01T00:00:00Z","handed_out":true,"until":"1970-01-01T00:00:01.5Z",
            "flagged_at":null,"failed_attempts":2}],"next":17}
            """;
        Assert.Equal((200, expected.ReplaceLineEndings("")), (answer.Status, answer.Body));
        Assert.Equal(new StageJobQuery { Max = 1000 }, Command<StageJobQuery>());
    }

    [Fact]
    public async Task Long_pages_are_sent_whole()
    {
        Grains.Queue.Page = _ => new(
            [.. Enumerable.Range(0, 10_000).Select(id => FakeStageQueueAnswers.Job with { JobId = id })], null);

        var page = JsonNode.Parse((await GetAsync("/api/v1/queue/jobs?max=10000")).Body)!;

        Assert.Equal(Enumerable.Range(0, 10_000), page["jobs"]!.AsArray().Select(job => (int)job!["jobid"]!));
        Assert.Null(page["next"]);
    }

    [Fact]
    public async Task The_query_is_passed_on()
    {
        await GetAsync("/api/v1/queue/jobs?after=-5&max=10000&stage=0&flagged=true");
        await GetAsync("/api/v1/queue/jobs?flagged=false");

        Assert.Equal(
            [
                new StageJobQuery { After = -5, Max = 10_000, Stage = 0, IsFlagged = true },
                new StageJobQuery { Max = 1000 },
            ],
            Commands.Select(call => Assert.IsType<StageJobQuery>(call.Command)));
    }

    [Theory]
    [InlineData("after=x", "after must be an integer of 64 bits")]
    [InlineData("after=1&after=2", "after must be an integer of 64 bits")]
    [InlineData("max=0", "max must be an integer of 1 to 10000")]
    [InlineData("max=10001", "max must be an integer of 1 to 10000")]
    [InlineData("stage=-1", "stage must be an integer of 0 to 10000")]
    [InlineData("stage=10001", "stage must be an integer of 0 to 10000")]
    [InlineData("flagged=yes", "flagged must be true or false")]
    [InlineData("flagged=", "flagged must be true or false")]
    public async Task What_cannot_be_read_gets_400_by_its_name(string query, string error)
    {
        var answer = await GetAsync($"/api/v1/queue/jobs?{query}");

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }
}
