namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>Which names a job may have, and that each of them works in a path.</summary>
public sealed class JobNameTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiClient _api = shared.Api;

    public static TheoryData<string> Names =>
    [
        "plain", "UPPER", "upper", "with space", "ünï-数据", "a%b", "a%2Fb", "100%", "%41", "a+b", "a?b#c", "a&b=c",
            "'quotes\"",
        "back\\slash", "semi;colon", "rocket🚀", "..name", "ends.", " around ", "<b>", "abc", "ABC", "0x1F", "e\u0301",
            "\u00e9",
        new string('n', 253), string.Concat(Enumerable.Repeat("🚀", 253)),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_job_is_found_under_its_name_whatever_characters_it_has(string name)
    {
        var added = (await _api.AddJobAsync(name)).Job;
        Assert.Equal(name, (string?)added["job_name"]);
        Assert.Equal(name, (string?)(await _api.JobAsync(name))["job_name"]);
        Assert.Equal("7", (await _api.NotifyAsync(name, at: 7, epochs: 1)).Job["last_checkpoint_time"]!.ToJsonString());
        (await _api.DeleteAsync("/delete_job", $$"""{"job_name":{{ApiClient.Quote(name)}}}""")).Must(HttpStatusCode.OK);
        Assert.Null(await _api.FindJobAsync(name));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("line\nbreak")]
    [InlineData("nul\0")]
    [InlineData("bell\u0007")]
    [InlineData("c1\u0085")]
    public async Task A_name_with_a_slash_or_a_control_character_is_refused(string name) => await RefusedAsync(name);

    [Fact]
    public async Task A_name_of_more_than_253_characters_is_refused() => await RefusedAsync(new string('n', 254));

    [Fact]
    public async Task A_path_that_can_be_no_name_is_not_found()
    {
        foreach (var segment in new[] { "a%2Fb", "%FF", "%C3%28", new string('n', 300) })
        {
            (await _api.GetAsync("/get_job/" + segment)).MustFail(HttpStatusCode.NotFound, "Job not found");
        }
    }

    private async Task RefusedAsync(string name)
    {
        var answer = await _api.PostAsync(
            "/add_job", $$"""{"job_name":{{ApiClient.Quote(name)}},"gpu_req":1,"gpu_lim":1,"gpu_assigned":0}""");
        Assert.StartsWith("job_name must be ", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
    }
}
