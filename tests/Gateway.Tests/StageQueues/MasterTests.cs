using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class MasterTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    private const string MinutesProblem = "must be a number of minutes of 0 to 1000000000, 0 = no limit";
    private const string Lifetimes = """{"0":5,"1":0.5,"2":0,"3":1E-05}""";

    [Theory]
    [InlineData("/init/5", new[] { 5.0 })]
    [InlineData("/init/5/0.5/0", new[] { 5.0, 0.5, 0 })]
    [InlineData("/init/1e-05/1000000000/", new[] { 1e-5, 1e9 })]
    public async Task Lifetimes_are_set_and_what_holds_is_answered(string path, double[] minutes)
    {
        var answer = await GetAsync(path);

        Assert.Equal((200, Lifetimes), (answer.Status, answer.Body));
        Assert.Equal(minutes, Command<StageLifetimes>().Minutes);
        Assert.Equal("Initialize", Commands[0].Method);
    }

    [Theory]
    [InlineData("/init")]
    [InlineData("/init/")]
    public async Task Lifetimes_are_answered_without_being_set(string path)
    {
        var answer = await GetAsync(path);

        Assert.Equal((200, Lifetimes), (answer.Status, answer.Body));
        Assert.Equal("GetLifetimes", Assert.Single(Commands).Method);
    }

    [Fact]
    public async Task A_list_without_lifetimes_answers_an_empty_object_and_no_limit()
    {
        Grains.Queue.Lifetimes = new([]);

        Assert.Equal("{}", (await GetAsync("/init")).Body);
        Assert.Equal("0", (await GetAsync("/lifetime/3")).Body);
    }

    [Theory]
    [InlineData("/init/-1", "lifetime 0")]
    [InlineData("/init/5/x", "lifetime 1")]
    [InlineData("/init/5//5", "lifetime 1")]
    [InlineData("/init/1000000001", "lifetime 0")]
    [InlineData("/init/NaN", "lifetime 0")]
    [InlineData("/init/1e999", "lifetime 0")]
    [InlineData("/init/1,5", "lifetime 0")]
    [InlineData("/lifetime/0/-1", "minutes")]
    [InlineData("/lifetime/0/x", "minutes")]
    public async Task A_lifetime_that_is_none_gets_400_by_its_name(string path, string name)
    {
        var answer = await GetAsync(path);

        Assert.Equal((400, $"{name} {MinutesProblem}"), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Theory]
    [InlineData("/lifetime/10001", "stage")]
    [InlineData("/lifetime/x/1", "stage")]
    [InlineData("/check_stages/x/1", "bad")]
    [InlineData("/check_stages/1/-1", "redo")]
    public async Task A_stage_that_is_none_gets_400_by_its_name(string path, string name)
    {
        var answer = await GetAsync(path);

        Assert.Equal((400, $"{name} must be an integer of 0 to 10000"), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_lifetime_is_a_plain_number()
    {
        Assert.Equal("5", (await GetAsync("/lifetime/0")).Body);
        Assert.Equal("0.5", (await GetAsync("/lifetime/1")).Body);
        var set = await GetAsync("/lifetime/1/0.5");

        Assert.Equal((200, "0.5"), (set.Status, set.Body));
        Assert.Equal("application/json", set.ContentHeaders.ContentType?.ToString());
        Assert.Equal(new SetStageLifetime(1, 0.5), Commands[^1].Command);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    public async Task A_check_says_whether_all_are_within_their_time(int flagged, int n)
    {
        Grains.Queue.Check = new(flagged, 2);

        var check = await GetAsync("/check_stages");
        var redo = await GetAsync("/check_stages/0/7");

        Assert.Equal($$"""{"Are all simulations within time frame?":{{n}}}""", check.Body);
        Assert.Equal(
            $$"""{"Are all simulations within time frame?":{{n}},"n_bad_jobs were degraded:":2}""", redo.Body);
        var command = Assert.IsType<RedoStage>(Commands[1].Command);
        Assert.Equal((0, 7), (command.Stage, command.Redo));
        Assert.NotEmpty(command.OperationId);
    }

    [Theory]
    [InlineData("""{"redeliver":true,"max_attempts":7}""", true, 7)]
    [InlineData("""{"redeliver":false}""", false, null)]
    [InlineData("""{"max_attempts":0.0,"redeliver":null}""", null, 0)]
    [InlineData("""{"max_attempts":1000000}""", null, 1000000)]
    [InlineData("{}", null, null)]
    public async Task Settings_that_are_not_given_stay(string body, bool? redeliver, int? maxAttempts)
    {
        var answer = await SendAsync("PUT", "/api/v1/queue/settings", body);

        Assert.Equal((200, """{"redeliver":true,"max_attempts":7}"""), (answer.Status, answer.Body));
        Assert.Equal(new ChangeStageQueueSettings(redeliver, maxAttempts), Command<ChangeStageQueueSettings>());
    }

    [Theory]
    [InlineData("""{"redeliver":1}""", "redeliver must be true or false")]
    [InlineData("""{"redeliver":"true"}""", "redeliver must be true or false")]
    [InlineData("""{"max_attempts":-1}""", "max_attempts must be an integer of 0 to 1000000, 0 = no limit")]
    [InlineData("""{"max_attempts":1.5}""", "max_attempts must be an integer of 0 to 1000000, 0 = no limit")]
    [InlineData("""{"max_attempts":true}""", "max_attempts must be an integer of 0 to 1000000, 0 = no limit")]
    [InlineData("""{"max_attempts":1000001}""", "max_attempts must be an integer of 0 to 1000000, 0 = no limit")]
    [InlineData("[]", "the body must be a JSON object")]
    public async Task Settings_that_are_wrong_get_400_by_their_name(string body, string error)
    {
        var answer = await SendAsync("PUT", "/api/v1/queue/settings", body);

        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task As_many_lifetimes_as_there_can_be_stages_are_taken_where_the_address_is_not_too_long()
    {
        var answer = await GetAsync("/init/" + string.Join('/', Enumerable.Repeat(1, 3000)));

        Assert.Equal(200, answer.Status);
        Assert.Equal(3000, Command<StageLifetimes>().Minutes.Length);
    }
}
