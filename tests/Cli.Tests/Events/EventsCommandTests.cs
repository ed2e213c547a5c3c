using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Events;

public sealed class EventsCommandTests
{
    private const string Route = "GET /api/v1/events";

    [Fact]
    public async Task The_newest_50_are_lines_with_time_job_kind_and_words()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, 200, Page(2, Event(1, null, "node-added", "n came"), Event(2, "wide", "resized", "b needs 2")));

        var result = await new Shell().RunAsync("events", "--server", server.Url);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(
            "2030-01-01 00:00:01Z  -             node-added    n came\n"
            + "2030-01-01 00:00:02Z  wide          resized       b needs 2\n",
            result.Out);
        Assert.Equal("?limit=50", server.Single(Route).Query);
    }

    [Fact]
    public async Task The_job_and_the_count_are_asked_of_the_server()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, 200, Page(0));

        var result = await new Shell().RunAsync("events", "a b", "-n", "7", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "no events\n"), (result.Code, result.Out));
        Assert.Equal("?limit=7&job=a%20b", server.Single(Route).Query);
    }

    [Fact]
    public async Task Json_is_what_the_server_said()
    {
        await using var server = await FakeServer.StartAsync();
        var page = Page(1, Event(1, "a", "running", "x"));
        server.On(Route, 200, page);

        Assert.Equal(page + "\n", (await new Shell().RunAsync("events", "-o", "json", "--server", server.Url)).Out);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Following_goes_on_after_the_last_number_until_it_is_interrupted(bool isJson)
    {
        await using var server = await FakeServer.StartAsync();
        using var interruption = new CancellationTokenSource();
        var story = new Story(server, interruption) { LastAnswers = 2 };
        story.Happens(3);
        story.OnLook = () => story.Happens(2);

        string[] arguments = ["events", "-f", "-n", "2", "--server", server.Url];
        var result = await new Shell().RunAsync(isJson ? [.. arguments, "-o", "json"] : arguments, interruption.Token);

        Assert.Equal(ExitCode.Interrupted, result.Code);
        Assert.Equal(
            isJson
                ? string.Concat(Enumerable.Range(2, 6).Select(number => Event(number, "a", "running", "x") + "\n"))
                : string.Concat(Enumerable.Range(2, 6).Select(Line)),
            result.Out);
        Assert.Equal("?limit=1000&after=3&wait=20", server.Requests.ElementAt(1).Query);
    }

    [Fact]
    public async Task Following_outlives_a_server_that_is_started_anew_without_a_loss_or_a_repeat()
    {
        await using var server = await FakeServer.StartAsync();
        using var interruption = new CancellationTokenSource();
        var story = new Story(server, interruption) { LastAnswers = 3 };
        story.Happens(1);
        var looks = 0;
        story.OnLook = () =>
        {
            story.Happens(1);
            story.IsAway = ++looks % 3 != 0;
        };

        var result = await new Shell().RunAsync(["events", "-f", "--server", server.Url], interruption.Token);

        Assert.Equal(ExitCode.Interrupted, result.Code);
        Assert.Equal(string.Concat(Enumerable.Range(1, looks + 1).Select(Line)), result.Out);
        Assert.Equal(9, looks);
    }

    [Fact]
    public async Task Following_gives_up_on_a_server_that_stays_away()
    {
        await using var server = await FakeServer.StartAsync();
        var story = new Story(server, interruption: null);
        story.OnLook = () => story.IsAway = true;

        var result = await new Shell().RunAsync("events", "-f", "--server", server.Url);

        result.HasFailedSaying(ExitCode.Unreachable, "the server cannot answer now (503)");
    }

    [Fact]
    public async Task A_count_out_of_its_range_is_refused() =>
        (await new Shell().RunAsync("events", "-n", "0")).HasFailedSaying(
            ExitCode.Usage, "--limit must be a whole number from 1 to 1000, not '0'");

    private static string Line(int number) => $"2030-01-01 00:00:{number:00}Z  a             running       x\n";

    private static string Event(int number, string? job, string kind, string reason) => string.Create(
        CultureInfo.InvariantCulture, $$"""
        {"number":{{number}},"time":"2030-01-01T00:00:{{number:00}}+00:00","job":{{(job is null ? "null" : $"\"{job}\"")}},"uid":null,"kind":"{{kind}}","reason":"{{reason}}","planet":"mars"}
        """);

    private static string Page(long next, params string[] events) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"events":[{{string.Join(',', events)}}],"next":{{next}}}""");

    /// <summary>A server with events of one job; the reader is interrupted after some answers.</summary>
    private sealed class Story
    {
        private readonly CancellationTokenSource? _interruption;
        private int _happened;

        public Story(FakeServer server, CancellationTokenSource? interruption)
        {
            _interruption = interruption;
            server.Routes[Route] = Answer;
        }

        /// <summary>Called before all looks but the first.</summary>
        public Action OnLook { get; set; } = () => { };

        public bool IsAway { get; set; }

        /// <summary>Answers of looks after the first, after which the reader is interrupted.</summary>
        public int LastAnswers { get; set; }

        public void Happens(int count) => _happened += count;

        private FakeAnswer Answer(SeenRequest request)
        {
            var query = QueryHelpers.ParseQuery(request.Query);
            var limit = int.Parse(query["limit"].Single()!, CultureInfo.InvariantCulture);
            if (!query.TryGetValue("after", out var after))
            {
                return Told(Math.Max(0, _happened - limit), limit);
            }

            if (LastAnswers == 0 && _interruption is not null)
            {
                _interruption.Cancel();
                return new(200, Encoding.UTF8.GetBytes(Page(_happened)));
            }

            OnLook();
            if (IsAway)
            {
                return new(503, []);
            }

            LastAnswers--;
            return Told(int.Parse(after.Single()!, CultureInfo.InvariantCulture), limit);
        }

        private FakeAnswer Told(int after, int limit)
        {
            int[] numbers = [.. Enumerable.Range(after + 1, _happened - after).Take(limit)];
            return new(200, Encoding.UTF8.GetBytes(
                Page(_happened, [.. numbers.Select(number => Event(number, "a", "running", "x"))])));
        }
    }
}
