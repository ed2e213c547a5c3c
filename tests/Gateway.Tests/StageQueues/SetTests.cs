using System.Globalization;
using System.Text;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class SetTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    private const int MaxSetBytes = 64 << 20;

    private const string Two = """{"2":{"jobstage":2.0,"jobcmd": { "a" : [1.50,"\u00e9é"] } },"-1":{"jobstage":0}}""";

    [Fact]
    public async Task Jobs_are_added_whatever_packing_their_body_has()
    {
        byte[] twoMembers = [.. Gzip(Two[..9]), .. Gzip(Two[9..])];
        foreach (var body in new[] { Encoding.UTF8.GetBytes(Two), Zlib(Two), Gzip(Two), twoMembers })
        {
            var answer = await SendBytesAsync(
                "POST", "/set", body, Jobix, ("Content-Encoding", "br"), ("Content-Type", "image/png"));

            Assert.Equal((200, "Accepted to 42!"), (answer.Status, answer.Body));
            Assert.Equal("text/plain; charset=utf-8", answer.ContentHeaders.ContentType?.ToString());
        }

        Assert.Equal(4, Commands.Count);
        Assert.All(Commands, call => Assert.Equal(
            [(2, 2, """{ "a" : [1.50,"\u00e9é"] }"""), (-1, 0, "null")], JobsOf(call)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" \n\t{ } ")]
    [InlineData("\uFEFF{}")]
    public async Task A_body_may_hold_no_job(string body)
    {
        Assert.Equal(200, (await SendAsync("POST", "/set", body)).Status);
        Assert.Empty(Command<AddStageJobs>().Jobs);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("-1.5e300")]
    [InlineData("1e999")]
    [InlineData("true")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[ 1 , [ ] , { } ]")]
    [InlineData("\"\\ud83d\\ude00\\u0000\"")]
    [InlineData("12345678901234567890123456789012345678901234567890")]
    public async Task A_command_is_any_JSON_value_byte_for_byte(string command)
    {
        await SendAsync("POST", "/set", $$$"""{"1":{"jobcmd":  {{{command}}}  ,"jobstage":0,"note":[{}]}}""");

        Assert.Equal([(1, 0, command)], JobsOf(Assert.Single(Commands)));
    }

    [Theory]
    [InlineData("""{"1":{"jobstage":0},"x":{"jobstage":0}}""", "job x: the id of a job must be an integer of 64 bits")]
    [InlineData("""{"":{"jobstage":0}}""", "job : the id of a job must be an integer of 64 bits")]
    [InlineData("""{"1.0":{"jobstage":0}}""", "job 1.0: the id of a job must be an integer of 64 bits")]
    [InlineData("""{"9223372036854775808":{"jobstage":0}}""",
        "job 9223372036854775808: the id of a job must be an integer of 64 bits")]
    [InlineData("""{"1":{"jobstage":0},"01":{"jobstage":0}}""", "job 01: the id of a job must not be there twice")]
    [InlineData("""{"1":{"jobstage":0},"\u0031":{"jobstage":0}}""", "job 1: the id of a job must not be there twice")]
    [InlineData("""{"7":{}}""", "job 7: jobstage is required")]
    [InlineData("""{"7":{"jobstage":null}}""", "job 7: jobstage is required")]
    [InlineData("""{"7":{"jobstage":-1}}""", "job 7: jobstage must be an integer of 0 to 10000")]
    [InlineData("""{"7":{"jobstage":10001}}""", "job 7: jobstage must be an integer of 0 to 10000")]
    [InlineData("""{"7":{"jobstage":0.5}}""", "job 7: jobstage must be an integer of 0 to 10000")]
    [InlineData("""{"7":{"jobstage":"0"}}""", "job 7: jobstage must be an integer of 0 to 10000")]
    [InlineData("""{"7":{"jobstage":true}}""", "job 7: jobstage must be an integer of 0 to 10000")]
    [InlineData("""{"7":{"jobstage":[0]}}""", "job 7: jobstage must be an integer of 0 to 10000")]
    [InlineData("""{"7":3}""", "job 7: a job must be a JSON object")]
    [InlineData("""{"7":null}""", "job 7: a job must be a JSON object")]
    [InlineData("""{"7":[]}""", "job 7: a job must be a JSON object")]
    [InlineData("""{"7":{"jobstage":0,"jobcmd":"\ud800"}}""", "job 7 must be valid Unicode")]
    [InlineData("""{"7":{"jobstage":0,"\ud800":1}}""", "job 7 must be valid Unicode")]
    [InlineData("""{"7":{"jobstage":0,"jobcmd":NaN}}""", "the body is not valid JSON: line 1, byte 29, in job 7")]
    [InlineData("""{"7":{"jobstage":0}} x""", "the body is not valid JSON: line 1, byte 22")]
    [InlineData("""{"7":{"jobstage":0}""", "the body is not valid JSON: line 1, byte 20, in job 7")]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("", "the body is not valid JSON: line 1, byte 1")]
    public async Task One_bad_job_gets_400_that_names_it_and_nothing_is_added(string body, string error)
    {
        foreach (var packed in new[] { Encoding.UTF8.GetBytes(body), Zlib(body), Gzip(body) })
        {
            var answer = await SendBytesAsync("POST", "/set", packed);

            Assert.Equal((400, error), (answer.Status, answer.Error));
        }

        Assert.Empty(Commands);
    }

    [Fact]
    public async Task A_command_has_at_most_64_KiB()
    {
        Assert.Equal(200, (await SetAsync(65534)).Status);
        var answer = await SetAsync(65535);

        Assert.Equal((413, "job 7: jobcmd must be at most 65536 bytes as JSON"), (answer.Status, answer.Error));

        Task<Answer> SetAsync(int length) =>
            SendAsync("POST", "/set", $$$"""{"7":{"jobstage":0,"jobcmd":"{{{new string('c', length)}}}"}}""");
    }

    [Fact]
    public async Task A_list_that_would_hold_more_than_it_may_gets_413()
    {
        Grains.Queue.Added = new(AddStageJobsOutcome.TooMany, 0, "at most 1000000 jobs");

        var answer = await SendAsync("POST", "/set", Two);

        Assert.Equal((413, "at most 1000000 jobs"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_packed_body_that_is_cut_off_or_followed_by_more_gets_400()
    {
        var text = "{" + string.Join(
            ',', Enumerable.Range(0, 2000).Select(id => $$"""
                "{{id}}":{"jobstage":0,"jobcmd":"{{Random.Shared.NextInt64()}}"}
                """)) + "}";
        foreach (var whole in new[] { Zlib(text), Gzip(text), Zlib("{}"), Gzip("{}") })
        {
            Assert.Equal(200, (await SendBytesAsync("POST", "/set", whole)).Status);
            for (var cut = 1; cut < Math.Min(40, whole.Length - 1); cut++) await RefusedAsync(whole[..^cut]);
            foreach (var more in new[] { "\0", "\n", "x", "\u001f", "{}", new string('\0', 20_000) })
            {
                await RefusedAsync([.. whole, .. Encoding.UTF8.GetBytes(more)]);
            }

            var broken = whole.ToArray();
            broken[^5] ^= 1;
            await RefusedAsync(broken);
        }

        await RefusedAsync([.. Zlib("{}"), .. Zlib("{}")]);
        await RefusedAsync([.. Gzip("{}"), .. Gzip("{}")]);
        Assert.Equal(4, Commands.Count);

        async Task RefusedAsync(byte[] body) =>
            Assert.Equal(400, (await SendBytesAsync("POST", "/set", body)).Status);
    }

    [Fact]
    public async Task A_body_may_have_64_MiB_packed_and_unpacked_and_no_more()
    {
        var largest = new byte[MaxSetBytes];
        Array.Fill(largest, (byte)' ');
        "{}"u8.CopyTo(largest);
        byte[] larger = [.. largest, (byte)' '];

        Assert.Equal(200, (await SendBytesAsync("POST", "/set", largest)).Status);
        Assert.Equal(200, (await SendBytesAsync("POST", "/set", Zlib(largest))).Status);
        foreach (var body in new[] { larger, Zlib(larger), Gzip(Encoding.UTF8.GetString(larger)) })
        {
            var answer = await SendBytesAsync("POST", "/set", body);

            Assert.Equal(413, answer.Status);
            Assert.Equal(
                $"the body must be at most {MaxSetBytes} bytes, before and after it is unpacked", answer.Error);
        }
    }

    [Fact]
    public async Task A_body_of_an_update_may_have_1_MiB_packed_and_unpacked_and_no_more()
    {
        var largest = "{}" + new string(' ', (1 << 20) - 2);
        var larger = largest + " ";

        Assert.Equal(200, (await SendAsync("POST", "/update_job/1/2", largest)).Status);
        Assert.Equal(200, (await SendBytesAsync("POST", "/update_job/1/2", Zlib(largest))).Status);
        foreach (var body in new[] { Encoding.UTF8.GetBytes(larger), Zlib(larger), Gzip(larger) })
        {
            Assert.Equal(413, (await SendBytesAsync("POST", "/update_job/1/2", body)).Status);
        }
    }

    [Fact]
    public async Task Large_bodies_of_unknown_length_take_turns()
    {
        await using var gateway = await TestGateway.StartAsync(options => options.MaxConcurrentLargeSets = 1);
        var held = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        gateway.Grains.Before = call =>
        {
            if (call.Method != "Add" || !entered.TrySetResult()) return Task.CompletedTask;
            return held.Task;
        };
        var text = "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(id =>
            string.Create(CultureInfo.InvariantCulture, $"\"{id}\":{{\"jobstage\":0,\"jobcmd\":{id}}}"))) + "}";

        var first = SetAsync();
        await entered.Task;
        var second = SetAsync();
        // A small one of known length waits for nobody.
        Assert.Equal(200, (await gateway.SendAsync("POST", "/set", "{}", ("jobix", "1"))).Status);
        Assert.False(second.IsCompleted);
        held.SetResult();

        Assert.Equal((200, 200), ((await first).Status, (await second).Status));
        Assert.Equal(
            [100_000, 0, 100_000],
            gateway.Grains.Calls.Where(call => call.Method == "Add").Select(call => JobsOf(call).Count));

        async Task<Answer> SetAsync()
        {
            using var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(text)));
            content.Headers.ContentLength = null;
            return await gateway.SendAsync("POST", "/set", content, ("jobix", "1"), ("Transfer-Encoding", "chunked"));
        }
    }

    private static List<(long Id, int Stage, string Command)> JobsOf(GrainCall call) =>
        [.. Assert.IsType<AddStageJobs>(call.Command).Jobs.Select(
            job => (job.JobId, job.Stage, Encoding.UTF8.GetString(job.Command.Span)))];
}
