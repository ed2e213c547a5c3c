using System.Text;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Queue;

public sealed class QueueProgressTests
{
    private const string Route = "GET /api/v1/queue";

    [Fact]
    public async Task Bars_tell_the_whole_and_each_stage()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, 200, QueueList.Report(1000, 2, 0.4999, 3, (0, 500, 0, 0), (1, 1, 1, 3), (2, 499, 0, 0)));

        var result = await RunAsync(server);

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        Assert.Equal(
            """
            ■■■■■■■■■■■■■■■■■■■·····················  49.9 % of 1000 jobs on the way to stage 2, 3 flagged

            STAGE                                              JOBS   HANDED OUT   FLAGGED   LIFETIME
            0       ■■■■■■■■■■■■■■■■■■■■····················   500    -            -         no limit
            1       ■·······································   1      1            3         10 min
            2       ■■■■■■■■■■■■■■■■■■■·····················   499    -            -         no limit

            """.ReplaceLineEndings("\n"),
            result.Out);
        Assert.Equal("5", server.Single(Route).Jobix);
    }

    [Fact]
    public async Task Json_is_what_the_server_said()
    {
        await using var server = await FakeServer.StartAsync();
        var report = QueueList.Report(1, 2, 0, 0, (0, 1, 0, 0));
        server.On(Route, 200, report);

        Assert.Equal(report + "\n", (await RunAsync(server, "-o", "json")).Out);
    }

    [Fact]
    public async Task The_number_comes_from_the_environment_too()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, 200, QueueList.Report(0, 0, 0, 0));

        await new Shell().With("SLUICE_JOBIX", " 77\n").RunAsync("queue", "progress", "--server", server.Url);

        Assert.Equal("77", server.Single(Route).Jobix);
    }

    [Fact]
    public async Task A_wait_ends_when_all_jobs_are_in_the_last_stage_and_in_nobodys_hands()
    {
        await using var server = await FakeServer.StartAsync();
        var looks = Tell(
            server,
            QueueList.Report(2, 2, 0, 0, (0, 2, 0, 0)),
            QueueList.Report(2, 2, 0.75, 0, (1, 1, 1, 0), (2, 1, 0, 0)),
            QueueList.Report(2, 2, 1, 0, (2, 2, 1, 0)),
            QueueList.Report(2, 2, 1, 0, (2, 1, 0, 0), (4, 1, 0, 0)));

        var result = await RunAsync(server, "--wait");

        Assert.Equal((ExitCode.Done, 4), (result.Code, looks()));
        Assert.Contains("100.0 % of 2 jobs", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_jobs_or_stages_is_not_taken_for_done()
    {
        await using var server = await FakeServer.StartAsync();
        var looks = Tell(
            server,
            QueueList.Report(0, 2, 0, 0),
            QueueList.Report(2, 0, 0, 0, (0, 2, 0, 0)),
            QueueList.Report(2, 2, 1, 0, (2, 2, 0, 0)));

        Assert.Equal(ExitCode.Done, (await RunAsync(server, "--wait")).Code);
        Assert.Equal(3, looks());
    }

    [Fact]
    public async Task The_stage_that_counts_as_done_can_be_said()
    {
        await using var server = await FakeServer.StartAsync();
        var looks = Tell(
            server,
            QueueList.Report(2, 2, 1, 0, (2, 2, 0, 0)),
            QueueList.Report(2, 6, 1, 0, (6, 2, 0, 0)));

        Assert.Equal(ExitCode.Done, (await RunAsync(server, "--wait", "--until", "6")).Code);
        Assert.Equal(2, looks());
    }

    [Fact]
    public async Task A_job_that_stays_flagged_ends_a_wait_as_a_failure_and_one_that_waits_does_not()
    {
        await using var server = await FakeServer.StartAsync();
        var list = new QueueList(server).With(1, stage: 2).With(2, stage: 1).With(3, stage: 1);
        Tell(server, QueueList.Report(3, 4, 0.4, 1, (1, 2, 2, 0), (2, 1, 0, 1)));
        list.PageJobs = 1;
        list.Flagged[1] = ""","flagged_at":"2030-01-01T00:10:00Z" """;
        var looks = 0;
        server.On(Route, _ =>
        {
            if (++looks == 3)
            {
                list.Flagged[2] = list.Flagged[3] = ""","handed_out":true,"flagged_at":"2030-01-01T00:10:00Z" """;
            }

            return QueueList.Report(3, 4, 0.4, list.Flagged.Count, (1, 2, 2, 0), (2, 1, 0, 1));
        });

        (await RunAsync(server, "--wait")).HasFailed(
            ExitCode.Failed,
            "2 jobs over their time in stage 1; 'sluice queue expired' shows them, "
                + "'sluice queue redo STAGE' lets them be done again");
        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task A_wait_outlives_a_server_that_is_started_anew_and_gives_up_on_one_that_stays_away()
    {
        await using var server = await FakeServer.StartAsync();
        var looks = 0;
        server.Routes[Route] = _ => ++looks is 1 or 5
            ? new(200, Encoding.UTF8.GetBytes(QueueList.Report(1, 2, 0, 0, (0, 1, 0, 0))))
            : new(503, []);

        (await RunAsync(server, "--wait"))
            .HasFailedSaying(ExitCode.Unreachable, "the server cannot answer now (503)");
        Assert.True(looks > 10, $"{looks} looks");
    }

    [Fact]
    public async Task A_wait_has_an_end_where_one_is_given()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, 200, QueueList.Report(3, 2, 0.5, 0, (0, 3, 0, 0)));

        (await RunAsync(server, "--wait", "--timeout", "7")).HasFailed(
            ExitCode.Failed, "after 7 s the list is at 50.0 % of 3 jobs on the way to stage 2");
    }

    /// <summary>Tells one after the other, and the last again and again.</summary>
    /// <returns>Counts the looks.</returns>
    private static Func<int> Tell(FakeServer server, params string[] reports)
    {
        var looks = 0;
        server.On(Route, _ => reports[Math.Min(looks++, reports.Length - 1)]);
        return () => looks;
    }

    private static Task<ShellResult> RunAsync(FakeServer server, params string[] more) =>
        new Shell().RunAsync(["queue", "progress", "--server", server.Url, "--jobix", "5", .. more]);
}
