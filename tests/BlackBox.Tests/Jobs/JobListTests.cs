using System.Globalization;

namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>The lists of contract 1: who is in them, and in which order.</summary>
public sealed class JobListTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiClient _api = shared.Api;

    public static TheoryData<string> Lists =>
    [
        "/get_all_jobs", "/get_jobs_by_arrival", "/get_jobs_by_checkpoint_limit", "/get_jobs_by_difference/3",
        "/get_scale_down_jobs_by_checkpoint/0",
    ];

    [Fact]
    public async Task All_jobs_come_in_the_order_of_their_addition_completed_ones_too()
    {
        foreach (var name in new[] { "all c", "all a", "all b" })
        {
            await _api.AddJobAsync(name);
        }

        await CompleteAsync("all a");
        await _api.NotifyAsync("all c", at: 9e9, epochs: 1);
        Assert.Equal(["all c", "all a", "all b"], await _api.ListAsync("/get_all_jobs", "all"));
    }

    [Fact]
    public async Task By_arrival_earliest_first_ties_as_they_were_added()
    {
        await AddAsync("arrival b", arrival: 200);
        await AddAsync("arrival a", arrival: 100);
        await AddAsync("arrival d", arrival: 200);
        await AddAsync("arrival c", arrival: 100);
        await AddAsync("arrival x", arrival: 50);
        await CompleteAsync("arrival x");

        Assert.Equal(
            ["arrival a", "arrival c", "arrival b", "arrival d"],
            await _api.ListAsync("/get_jobs_by_arrival", "arrival"));
    }

    [Fact]
    public async Task Who_can_use_more_comes_latest_checkpoint_first_ties_as_they_were_added()
    {
        await AddAsync("limit a", arrival: 100, lim: 4, assigned: 2);
        await AddAsync("limit b", arrival: 100, lim: 4, assigned: 3);
        await AddAsync("limit full", arrival: 900, lim: 4, assigned: 4);
        await AddAsync("limit c", arrival: 100, lim: 4, assigned: 0);
        await AddAsync("limit done", arrival: 900, lim: 4, assigned: 0);
        await CompleteAsync("limit done");
        await _api.NotifyAsync("limit b", at: 300.5, epochs: 1);
        await _api.NotifyAsync("limit c", at: 100, epochs: 1);

        Assert.Equal(["limit b", "limit a", "limit c"], await _api.ListAsync("/get_jobs_by_checkpoint_limit", "limit"));
        await _api.NotifyAsync("limit a", at: 300.75, epochs: 1);
        Assert.Equal(["limit a", "limit b", "limit c"], await _api.ListAsync("/get_jobs_by_checkpoint_limit", "limit"));
    }

    [Fact]
    public async Task By_difference_takes_exactly_x_latest_checkpoint_first()
    {
        await AddAsync("diff 2 old", arrival: 100, lim: 4, assigned: 2);
        await AddAsync("diff 1", arrival: 300, lim: 4, assigned: 3);
        await AddAsync("diff 2 new", arrival: 200, lim: 3, assigned: 1);
        await AddAsync("diff 0", arrival: 300, lim: 4, assigned: 4);
        await AddAsync("diff 2 done", arrival: 300, lim: 2, assigned: 0);
        await CompleteAsync("diff 2 done");

        Assert.Equal(["diff 2 new", "diff 2 old"], await _api.ListAsync("/get_jobs_by_difference/2", "diff"));
        Assert.Equal(["diff 1"], await _api.ListAsync("/get_jobs_by_difference/1", "diff"));
        Assert.Equal(["diff 0"], await _api.ListAsync("/get_jobs_by_difference/0", "diff"));
        Assert.Empty(await _api.ListAsync("/get_jobs_by_difference/1000001"));
    }

    [Fact]
    public async Task Who_can_give_x_or_more_comes_latest_checkpoint_first()
    {
        await AddAsync("down 1", arrival: 400, lim: 4, assigned: 2);
        await AddAsync("down 2", arrival: 100, lim: 4, assigned: 3);
        await AddAsync("down 3", arrival: 200, lim: 4, assigned: 4);
        await AddAsync("down done", arrival: 900, lim: 4, assigned: 4);
        await CompleteAsync("down done");

        Assert.Equal(
            ["down 1", "down 3", "down 2"], await _api.ListAsync("/get_scale_down_jobs_by_checkpoint/0", "down"));
        Assert.Equal(["down 3", "down 2"], await _api.ListAsync("/get_scale_down_jobs_by_checkpoint/2", "down"));
        Assert.Empty(await _api.ListAsync("/get_scale_down_jobs_by_checkpoint/4", "down"));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task The_first_n_of_a_list_are_its_beginning(string list)
    {
        for (var index = 0; index < 3; index++)
        {
            await _api.PostAsync(
                "/add_job", $$"""{"job_name":"first {{index}}","gpu_req":1,"gpu_lim":4,"gpu_assigned":1}""");
        }

        var whole = await _api.ListAsync(list);
        Assert.True(whole.Count >= 3);
        Assert.Equal(whole.Take(1), await _api.ListAsync(list + "?limit=1"));
        Assert.Equal(whole.Take(2), await _api.ListAsync(list + "?limit=2"));
        Assert.Equal(whole, await _api.ListAsync(list + "?limit=99999999999"));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_limit_that_is_no_integer_of_1_or_more_is_refused(string list)
    {
        foreach (var limit in new[] { "0", "-1", "1.5", "x", "", "99999999999999999999" })
        {
            var answer = await _api.GetAsync($"{list}?limit={limit}");
            Assert.Contains("limit", answer.Must(HttpStatusCode.BadRequest).Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("two")]
    [InlineData("+1")]
    [InlineData("0x1")]
    [InlineData("99999999999999999999")]
    public async Task An_x_that_is_no_integer_of_0_or_more_is_refused(string x)
    {
        foreach (var list in new[] { "/get_jobs_by_difference/", "/get_scale_down_jobs_by_checkpoint/" })
        {
            Assert.NotNull((await _api.GetAsync(list + x)).Must(HttpStatusCode.BadRequest).Error);
        }
    }

    [Fact]
    public async Task A_list_has_every_write_that_was_answered_before_it()
    {
        await AddAsync("own 0", arrival: 2e9);
        await AddAsync("own 1", arrival: 2e9);
        for (var round = 1; round <= 40; round++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"own {round % 2}");
            await _api.NotifyAsync(name, at: 3e9 + round, epochs: round);
            Assert.Equal([name], await _api.ListAsync("/get_jobs_by_checkpoint_limit?limit=1"));
        }
    }

    [Fact]
    public async Task A_job_moves_between_the_lists_with_every_field_that_they_look_at()
    {
        await AddAsync("moves a", arrival: 500);
        await AddAsync("moves b", arrival: 600);

        await UpdateAsync("moves b", "\"job_arrival_time\":400");
        Assert.Equal(["moves b", "moves a"], await _api.ListAsync("/get_jobs_by_arrival", "moves"));
        await UpdateAsync("moves a", "\"gpu_assigned\":4");
        Assert.Equal(["moves b"], await _api.ListAsync("/get_jobs_by_checkpoint_limit", "moves"));
        Assert.Equal(["moves a"], await _api.ListAsync("/get_scale_down_jobs_by_checkpoint/3", "moves"));
        await UpdateAsync("moves a", "\"gpu_lim\":9,\"gpu_req\":4");
        Assert.Equal(["moves a"], await _api.ListAsync("/get_jobs_by_difference/5", "moves"));
        Assert.Empty(await _api.ListAsync("/get_scale_down_jobs_by_checkpoint/1", "moves"));
        await CompleteAsync("moves a");
        Assert.Equal(["moves b"], await _api.ListAsync("/get_jobs_by_arrival", "moves"));
        await UpdateAsync("moves a", "\"status\":\"failed\"");
        Assert.Equal(["moves b", "moves a"], await _api.ListAsync("/get_jobs_by_arrival", "moves"));
    }

    private async Task UpdateAsync(string name, string change) =>
        (await _api.PutAsync("/update_job", $$"""{"job_name":"{{name}}",{{change}}}""")).Must(HttpStatusCode.OK);

    private Task<Answer> AddAsync(string name, double arrival, int lim = 4, int assigned = 1) => _api.AddJobAsync(
        name,
        string.Create(
            CultureInfo.InvariantCulture,
            $""" "gpu_req":{Math.Min(1, assigned)},"gpu_lim":{lim},"gpu_assigned":{assigned},"job_arrival_time":{arrival}"""));

    private async Task CompleteAsync(string name) => (await _api.PutAsync(
        "/update_job_status", $$"""{"job_name":"{{name}}","status":"completed"}""")).Must(HttpStatusCode.OK);
}
