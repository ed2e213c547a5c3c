using System.Globalization;
using System.Text.Json;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Tests;

public sealed class JobReadTests : IClassFixture<GatewayFixture>
{
    private readonly TestGateway _gateway;

    public JobReadTests(GatewayFixture fixture)
    {
        _gateway = fixture.Gateway;
        _gateway.Grains.Reset();
    }

    private FakeGrains Grains => _gateway.Grains;

    [Fact]
    public async Task A_job_is_answered_in_the_documented_order_of_fields()
    {
        var answer = await _gateway.GetAsync("/get_job/job_1");

        Assert.Equal((200, Samples.RecordJson), (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(answer.Body.Length, answer.Length);
    }

    [Fact]
    public async Task Fields_that_a_client_added_come_after_the_records_own()
    {
        Grains.Record = Samples.Record with { Extra = [new("note", "[1]"), new("z\"", "null")] };

        var answer = await _gateway.GetAsync("/get_job/job_1");

        Assert.EndsWith(
            "\"restarts\":0,\"note\":[1],\"z\\\"\":null}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_is_not_there_gets_404()
    {
        Grains.Record = null;

        var answer = await _gateway.GetAsync("/get_job/job_1");

        Assert.Equal((404, "Job not found"), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("job_1", "job_1")]
    [InlineData("a%20b", "a b")]
    [InlineData("a+b", "a+b")]
    [InlineData("%E6%97%A5", "日")]
    [InlineData("a%25b", "a%b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("100%25", "100%")]
    [InlineData("%25", "%")]
    [InlineData("%2525", "%25")]
    [InlineData("a%3Fb%23c%26d", "a?b#c&d")]
    [InlineData("a%2525%2520b?x=%2F", "a%25%20b")]
    [InlineData("%F0%9F%98%80%25", "😀%")]
    [InlineData("a;b=c", "a;b=c")]
    [InlineData("..a", "..a")]
    public async Task A_name_in_the_path_is_percent_decoded_once(string path, string name)
    {
        Assert.Equal(200, (await _gateway.GetAsync($"/get_job/{path}")).Status);
        Assert.Equal($"job/default/{name}", Assert.Single(Grains.Calls).Key);
    }

    [Theory]
    [InlineData("/get_job/a%2Fb")]
    [InlineData("/get_job/a%2fb")]
    [InlineData("/get_job/a%0Ab")]
    [InlineData("/get_job/%7F")]
    [InlineData("/get_job/a%25%FF")]
    [InlineData("/api/v1/jobs/a%2Fb")]
    [InlineData("/api/v1/jobs/a%2Fb/logs")]
    public async Task A_name_that_no_job_may_have_is_not_found(string path)
    {
        var answer = await _gateway.GetAsync(path);

        Assert.Equal((404, "Job not found"), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Theory]
    [InlineData("/get_jobs_by_arrival", RankOrder.ByArrival, 0, null)]
    [InlineData("/get_jobs_by_arrival?limit=1", RankOrder.ByArrival, 0, 1)]
    [InlineData("/get_jobs_by_checkpoint_limit", RankOrder.ScaleUpCandidates, 0, null)]
    [InlineData("/get_jobs_by_checkpoint_limit?limit=007", RankOrder.ScaleUpCandidates, 0, 7)]
    [InlineData("/get_jobs_by_checkpoint_limit?limit=99999999999", RankOrder.ScaleUpCandidates, 0, int.MaxValue)]
    [InlineData("/get_jobs_by_difference/0", RankOrder.ByDifference, 0, null)]
    [InlineData("/get_jobs_by_difference/2?limit=3", RankOrder.ByDifference, 2, 3)]
    [InlineData(
        "/get_scale_down_jobs_by_checkpoint/9223372036854775807", RankOrder.ScaleDownCandidates, long.MaxValue, null)]
    [InlineData("/get_scale_down_jobs_by_checkpoint/1?other=x", RankOrder.ScaleDownCandidates, 1, null)]
    public async Task A_ranked_list_is_asked_of_the_domain_and_sent_as_it_is(
        string path, RankOrder order, long x, int? limit)
    {
        Grains.Ranked = _ => new RankedJobs(
            [FakeGrains.Piece("[{\"a\":1}"), FakeGrains.Piece(",{\"a\":2}"), FakeGrains.Piece("]")]);

        var answer = await _gateway.GetAsync(path);

        Assert.Equal((200, "[{\"a\":1},{\"a\":2}]"), (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(answer.Body.Length, answer.Length);
        var call = Assert.Single(Grains.Calls);
        Assert.Equal(("pool/default", "Rank"), (call.Key, call.Method));
        Assert.Equal(new RankQuery { Order = order, X = x, Limit = limit }, call.Command);
    }

    public static TheoryData<string, string> BadQueries
    {
        get
        {
            var data = new TheoryData<string, string>();
            string[] lists =
            [
                "/get_all_jobs", "/get_jobs_by_arrival", "/get_jobs_by_checkpoint_limit", "/get_jobs_by_difference/1",
                "/get_scale_down_jobs_by_checkpoint/1",
            ];
            string[] limits = ["0", "-1", "x", "", "1.0", "1e1", "%2B1", "+1", " 1", "0x1", "1&limit=2", "null",
                "99999999999999999999999", "%D9%A1"];
            foreach (var list in lists)
            {
                foreach (var limit in limits) data.Add($"{list}?limit={limit}", "limit");
            }

            string[] wrong = ["-1", "x", "1.0", "1e2", "%2B1", "%201", "99999999999999999999999", "9223372036854775808",
                "1%2F2", "NaN", "%D9%A1"];
            foreach (var x in wrong)
            {
                data.Add($"/get_jobs_by_difference/{x}", "x");
                data.Add($"/get_scale_down_jobs_by_checkpoint/{x}", "x");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(BadQueries))]
    public async Task A_number_that_is_none_gets_400_by_its_name(string path, string name)
    {
        var answer = await _gateway.GetAsync(path);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith($"{name} must be ", answer.Error, StringComparison.Ordinal);
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_long_ranked_list_arrives_whole()
    {
        var piece = FakeGrains.Piece(new string('7', 300_000));
        Grains.Ranked = _ => new RankedJobs(
            [FakeGrains.Piece("["), piece, FakeGrains.Piece(","), piece, FakeGrains.Piece("]")]);

        var answer = await _gateway.GetAsync("/get_jobs_by_arrival");

        Assert.Equal(600_003, answer.Length);
        Assert.Equal(600_003, answer.Body.Length);
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(1, null, 1)]
    [InlineData(1000, null, 1000)]
    [InlineData(1001, null, 1001)]
    [InlineData(2500, null, 2500)]
    [InlineData(2500, 1, 1)]
    [InlineData(2500, 1000, 1000)]
    [InlineData(2500, 1001, 1001)]
    [InlineData(2500, 2500, 2500)]
    [InlineData(2500, 9999, 2500)]
    public async Task All_jobs_are_read_page_by_page_in_their_order(int count, int? limit, int expected)
    {
        Grains.Page = (after, max) => PageOf(count, after, max);

        var query = limit is null ? "" : string.Create(CultureInfo.InvariantCulture, $"?limit={limit}");
        var answer = await _gateway.GetAsync($"/get_all_jobs{query}");

        using var list = JsonDocument.Parse(answer.Body);
        Assert.Equal(Enumerable.Range(1, expected), list.RootElement.EnumerateArray().Select(job => job.GetInt32()));
        Assert.Equal(expected <= 1000 && (limit ?? count) <= 1000, answer.Length is not null);
        Assert.All(Grains.Calls, call => Assert.True(((ValueTuple<long, int>)call.Command!).Item2 <= 1000));
    }

    [Fact]
    public async Task Pages_that_are_empty_do_not_end_the_list()
    {
        Grains.Page = (after, _) => after switch
        {
            0 => new JobPage([], 0, 5),
            5 => new JobPage([FakeGrains.Piece("1")], 1, 6),
            6 => new JobPage([], 0, 9),
            _ => new JobPage([], 0, null),
        };

        Assert.Equal("[1]", (await _gateway.GetAsync("/get_all_jobs")).Body);
    }

    [Fact]
    public async Task A_list_of_empty_pages_is_an_empty_list()
    {
        Grains.Page = (after, _) => new JobPage([], 0, after < 3 ? after + 1 : null);

        Assert.Equal("[]", (await _gateway.GetAsync("/get_all_jobs")).Body);
    }

    [Fact]
    public async Task A_list_whose_second_page_fails_does_not_look_whole()
    {
        Grains.Page = (after, max) => after == 0 ? PageOf(2000, 0, max) : throw new TimeoutException();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _gateway.GetAsync("/get_all_jobs"));
    }

    [Fact]
    public async Task A_page_that_leads_nowhere_ends_the_list_rather_than_circling()
    {
        Grains.Page = (_, _) => new JobPage([FakeGrains.Piece("1")], 1, 7);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _gateway.GetAsync("/get_all_jobs"));
        Assert.Equal(2, Grains.Calls.Count);
    }

    [Theory]
    [InlineData("/get_job/.", ".", "Get")]
    [InlineData("/get_job/..", "..", "Get")]
    [InlineData("/get_job/%2E%2e?x=/../y", "..", "Get")]
    [InlineData("/api/v1/jobs/..", "..", "Describe")]
    [InlineData("/api/v1/jobs/./logs", ".", "Describe")]
    public async Task Jobs_named_by_dots_are_read_like_all_others(string target, string name, string method)
    {
        var answer = await _gateway.SendRawAsync(
            $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.DoesNotContain("Not found", answer, StringComparison.Ordinal);
        var call = Assert.Single(Grains.Calls);
        Assert.Equal(($"job/default/{name}", method), (call.Key, call.Method));
    }

    [Theory]
    [InlineData("/get_job/../get_all_jobs")]
    [InlineData("/get_job/../../get_all_jobs")]
    [InlineData("/api/v1/jobs/..%2F../get_all_jobs/../get_all_jobs")]
    [InlineData("/get_job/...")]
    public async Task Dots_elsewhere_lead_where_they_did(string target)
    {
        await _gateway.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.DoesNotContain(Grains.Calls, call => call.Key is "job/default/." or "job/default/..");
    }

    [Fact]
    public async Task A_description_is_told_in_snake_case()
    {
        Grains.Description = new JobDescription
        {
            Job = Samples.Record,
            IsManaged = true,
            Uid = "u",
            NotBefore = DateTimeOffset.UnixEpoch,
        };

        var answer = await _gateway.GetAsync("/api/v1/jobs/job_1");

        Assert.StartsWith(
            $$"""{"job":{{Samples.RecordJson}},"is_managed":true,"uid":"u","kind":null,""", answer.Body,
            StringComparison.Ordinal);
        Assert.Contains("\"not_before\":\"1970-01-01T00:00:00+00:00\"", answer.Body, StringComparison.Ordinal);
        Grains.Description = null;
        Assert.Equal("Job not found", (await _gateway.GetAsync("/api/v1/jobs/job_1")).Error);
    }

    [Fact]
    public async Task Numbers_go_out_in_the_form_in_which_they_came()
    {
        Grains.Record = Samples.Record with
        {
            TotalEpochs = Number.Of(0.53),
            CompletedEpochs = Number.Of(7),
            TimeBwCheckpoints = Number.Of(-3.0),
            JobArrivalTime = Number.Of(1e12),
            LastCheckpointTime = Number.Of(1000000000000),
        };

        var answer = await _gateway.GetAsync("/get_job/job_1");

        Assert.Contains(
            "\"total_epochs\":0.53,\"job_arrival_time\":1000000000000.0,\"last_checkpoint_time\":1000000000000,"
            + "\"completed_epochs\":7,\"time_bw_checkpoints\":-3.0,",
            answer.Body, StringComparison.Ordinal);
    }

    private static JobPage PageOf(int count, long after, int max)
    {
        var end = (int)Math.Min(count, after + max);
        var records = Enumerable.Range((int)after + 1, end - (int)after)
            .Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        return new JobPage(
            records.Length == 0 ? [] : [FakeGrains.Piece(string.Join(',', records))],
            records.Length,
            end < count ? end : null);
    }
}
