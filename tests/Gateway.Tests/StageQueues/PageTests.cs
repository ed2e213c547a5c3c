using System.Text;
using Sluice.Gateway.StageQueues;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class PageTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    private const string Browser = "text/html,application/xhtml+xml,*/*;q=0.8";

    [Fact]
    public async Task The_root_greets_programs_with_a_word_and_browsers_with_a_page_of_links()
    {
        var word = await Gateway.GetAsync("/");
        var page = await Gateway.GetAsync("/", ("Accept", Browser));

        Assert.Equal((200, "Hello World!"), (word.Status, word.Body));
        Assert.Equal("text/plain; charset=utf-8", word.ContentHeaders.ContentType?.ToString());
        AssertPage(page, 200);
        foreach (var link in new[] { "get", "lifetime", "api/spec.html" })
        {
            Assert.Contains($"href=\"{link}\"", page.Body, StringComparison.Ordinal);
        }

        Assert.All([word, page], answer => Assert.Equal("Accept", answer.Headers.Vary.ToString()));
    }

    [Fact]
    public async Task The_page_of_jobs_shows_progress_stages_jobs_and_expired_jobs_encoded()
    {
        var answer = await GetAsync("/get");

        AssertPage(answer, 200);
        Assert.Contains("<strong>50.0 %</strong> of 3 jobs to stage 4", answer.Body, StringComparison.Ordinal);
        Assert.Contains("<h2>Stages</h2>", answer.Body, StringComparison.Ordinal);
        Assert.Contains("<h2>Expired jobs</h2>", answer.Body, StringComparison.Ordinal);
        Assert.Contains("none set", answer.Body, StringComparison.Ordinal);
        const string row = "<tr><td class=\"n\">17<td class=\"n\">3<td>&lt;b&gt;&amp;&quot;out.h5"
            + "<td>1970-01-01 00:00:00 UTC";
        Assert.Contains($"<th>Date committed</tr></thead><tbody>{row}</tr>", answer.Body, StringComparison.Ordinal);
        Assert.Contains(
            $"<th>Date committed<th class=\"n\">Failed attempts</tr></thead><tbody>{row}<td class=\"n\">2</tr>",
            answer.Body, StringComparison.Ordinal);
        Assert.Contains("The first 1 of 3, by id.", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", answer.Body, StringComparison.Ordinal);
        Assert.Equal(
            [new StageJobQuery { Max = 1000 }, new StageJobQuery { Max = 1000, IsFlagged = true }],
            Commands.Where(call => call.Method == "ReadJobs").Select(call => (StageJobQuery)call.Command!));
    }

    [Theory]
    [InlineData(99_999, "99.9", "999")]
    [InlineData(100_000, "100.0", "1000")]
    [InlineData(57_000, "57.0", "570")]
    public async Task The_page_says_100_percent_only_once_all_jobs_are_done(int done, string percent, string bar)
    {
        Grains.Queue.Progress = Grains.Queue.Progress with { JobCount = 100_000, Fraction = done / 100_000.0 };

        var jobs = await GetAsync("/get");

        Assert.Contains($"<strong>{percent} %</strong> of 100000 jobs", jobs.Body, StringComparison.Ordinal);
        Assert.Contains($"<progress max=\"1000\" value=\"{bar}\">", jobs.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_an_empty_list_says_so()
    {
        Grains.Queue.Progress =
            Grains.Queue.Progress with { JobCount = 0, Stages = [], Fraction = 0, FlaggedCount = 0 };
        Grains.Queue.Page = _ => new([], null);
        Grains.Queue.Lifetimes = new([]);

        var jobs = await GetAsync("/get");
        AssertPage(jobs, 200);
        Assert.Contains("0.0 %", jobs.Body, StringComparison.Ordinal);
        Assert.Equal(2, jobs.Body.Split("<p>None.</p>").Length - 1);
        Assert.Contains("No stage of this list", (await GetAsync("/lifetime")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_lifetimes_shows_minutes()
    {
        var answer = await GetAsync("/lifetime");

        AssertPage(answer, 200);
        Assert.Contains("<td class=\"n\">0<td class=\"n\">5</tr>", answer.Body, StringComparison.Ordinal);
        Assert.Contains("<td class=\"n\">2<td class=\"n\">no limit</tr>", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/get")]
    [InlineData("/lifetime")]
    public async Task A_browser_without_a_number_gets_a_form_that_posts_it_to_the_same_path(string path)
    {
        var form = await Gateway.GetAsync(path, ("Accept", Browser));

        AssertPage(form, 403);
        Assert.Contains($"<form method=\"post\" action=\"{path[1..]}\">", form.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("role=\"alert\"", form.Body, StringComparison.Ordinal);

        var page = await PostAsync(path, "jobix=+%2B0042+");
        AssertPage(page, 200);
        Assert.All(Grains.Calls, call => Assert.Equal("queue/42", call.Key));
        Assert.DoesNotContain("42", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jobix=4x")]
    [InlineData("jobix=")]
    [InlineData("jobix=%3Cscript%3E")]
    [InlineData("jobix=1&jobix=2")]
    public async Task A_number_that_is_none_is_asked_for_again(string body)
    {
        var answer = await PostAsync("/get", body);

        AssertPage(answer, 403);
        Assert.Contains(
            "<p class=\"problem\" role=\"alert\">jobix must be an integer", answer.Body, StringComparison.Ordinal);
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_form_of_more_than_4096_bytes_gets_413() =>
        Assert.Equal(413, (await PostAsync("/get", "jobix=" + new string('1', 4096))).Status);

    [Fact]
    public async Task A_form_of_a_foreign_page_gets_403()
    {
        using var content = new StringContent("jobix=42");

        var answer = await Gateway.SendAsync("POST", "/get", content, ("Origin", "http://evil.example"));

        Assert.Equal((403, "Origin is foreign"), (answer.Status, answer.Error));
        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task A_browser_that_has_tried_too_many_numbers_is_told_in_the_form()
    {
        await using var gateway = await TestGateway.StartAsync(options =>
        {
            options.GuessBurst = 1;
            options.GuessesPerMinute = 1;
        });
        gateway.Grains.Queue.IsKnown = _ => false;
        await gateway.GetAsync("/get", ("jobix", "1"));

        var page = await gateway.GetAsync("/get", ("jobix", "2"), ("Accept", Browser));
        var text = await gateway.GetAsync("/get", ("jobix", "2"));

        AssertPage(page, 429);
        Assert.Contains(StageListAccess.TooManyNumbers, page.Body, StringComparison.Ordinal);
        Assert.Equal((429, StageListAccess.TooManyNumbers), (text.Status, text.Body));
        Assert.All([page, text], answer => Assert.NotNull(answer.Headers.RetryAfter));
    }

    [Fact]
    public async Task A_number_shows_what_its_list_holds_and_no_other()
    {
        Grains.Queue.Page = query => new([FakeStageQueueAnswers.Job with { JobId = 5, FileName = null }], null);

        var answer = await GetAsync("/get");

        Assert.Contains("<td class=\"n\">5<td class=\"n\">3<td><td>", answer.Body, StringComparison.Ordinal);
        Assert.All(Grains.Calls, call => Assert.Equal("queue/42", call.Key));
    }

    private async Task<Answer> PostAsync(string path, string form)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
        return await Gateway.SendAsync("POST", path, content, ("Accept", Browser));
    }

    private static void AssertPage(Answer answer, int status)
    {
        Assert.Equal(
            (status, "text/html; charset=utf-8"), (answer.Status, answer.ContentHeaders.ContentType?.ToString()));
        Assert.StartsWith("<!doctype html>", answer.Body, StringComparison.Ordinal);
        Assert.EndsWith("</body></html>", answer.Body, StringComparison.Ordinal);
        Assert.StartsWith(
            "default-src 'none'; style-src 'sha256-",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        // Without it a browser would send its own form with Origin: null.
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("//", answer.Body.Replace("</", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
