using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>What one list is to another, and to those who do not know its number.</summary>
public sealed class ListTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly SluiceServer _server = shared.Server;

    [Fact]
    public async Task Lists_never_see_each_other_by_any_route()
    {
        var mine = QueueClient.Fresh(_server);
        var other = QueueClient.Fresh(_server);
        (await mine.GetAsync("/init/7/8")).Must(HttpStatusCode.OK);
        await mine.FillAsync(3);
        Assert.NotNull(await mine.TakeAsync(0));
        var before = await StateAsync(mine);

        // The other has none of it, though its jobs have the same ids,
        Assert.Equal("{}", (await other.GetAsync("/init")).Text);
        Assert.Null(await other.TakeAsync(0));
        Assert.Equal("No job 2 in this list, nothing was updated!", (await other.UpdateAsync(2, 5)).Text);
        Assert.Equal("0", (await other.GetAsync("/lifetime/0")).Text);
        Assert.Empty(await other.JobsAsync());
        Assert.Equal(0, (int)(await other.ProgressAsync())["job_count"]!);
        Assert.DoesNotContain("<td class=\"n\">2<td", (await other.GetAsync("/get")).Text, StringComparison.Ordinal);
        Assert.Contains("<td class=\"n\">2<td", (await mine.GetAsync("/get")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<td class=\"n\">7", (await other.GetAsync("/lifetime")).Text, StringComparison.Ordinal);

        // and nothing that it does shows in the first.
        (await other.GetAsync("/init/1/1/1")).Must(HttpStatusCode.OK);
        await other.FillAsync(5);
        for (var job = 0; job < 5; job++)
        {
            var taken = await other.TakeAsync(0);
            (await other.UpdateAsync(taken!.JobId, 2, ("Lease", taken.Lease))).Must(HttpStatusCode.OK);
        }

        (await other.GetAsync("/lifetime/1/9")).Must(HttpStatusCode.OK);
        (await other.GetAsync("/check_stages/1/0")).Must(HttpStatusCode.OK);
        await other.RedeliverAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await other.UpdateAsync(1, 2, ("Lease", "1-9"))).Status);
        Assert.Equal(before, await StateAsync(mine));
        Assert.Equal(2, (await mine.TakeAsync(0))!.JobId);
    }

    [Fact]
    public async Task A_number_is_the_same_however_it_is_written()
    {
        var list = QueueClient.Fresh(_server);
        await list.FillAsync(1);

        var taken = await new QueueClient(_server, $"+00{list.Number}").TakeAsync(0);

        Assert.Equal(
            $$"""{"jobid":1,"jobcmd":{"x":1},"jobstage":0,"jobix":{{list.Number}},"failed_attempts":0}""",
            taken!.Answer.Compact);
    }

    [Fact]
    public async Task Lifetimes_are_set_once_together_and_then_one_by_one()
    {
        var list = QueueClient.Fresh(_server);

        Assert.Equal("""{"0":5,"1":0.5,"2":0}""", (await list.GetAsync("/init/5/0.5/0")).Text);
        Assert.Equal("""{"0":5,"1":0.5,"2":0}""", (await list.GetAsync("/init/1/1/1/1")).Text);
        Assert.Equal("7.25", (await list.GetAsync("/lifetime/4/7.25")).Text);
        Assert.Equal("1", (await list.GetAsync("/lifetime/0/1")).Text);
        Assert.Equal("0.5", (await list.GetAsync("/lifetime/1")).Text);
        Assert.Equal("""{"0":1,"1":0.5,"2":0,"3":0,"4":7.25}""", (await list.GetAsync("/init")).Text);
    }

    [Fact]
    public async Task Jobs_that_are_there_are_left_alone_and_one_bad_job_keeps_all_out()
    {
        var list = QueueClient.Fresh(_server);
        await list.FillAsync(2);
        (await list.UpdateAsync(1, 6)).Must(HttpStatusCode.OK);

        (await SetAsync("""{"1":{"jobstage":0},"3":{"jobstage":4,"jobcmd":[1,"x"]}}""")).Must(HttpStatusCode.OK);
        (await SetAsync("""{"8":{"jobstage":0},"9":{"jobstage":-4}}""")).Must(HttpStatusCode.BadRequest);

        var jobs = await list.JobsAsync();
        Assert.Equal([(1, 6), (2, 0), (3, 4)], jobs.Select(job => (job.Key, (int)job.Value["jobstage"]!)));
        Assert.Equal("""{"x":1}""", Answer.CompactOf(jobs[1]["jobcmd"]!));
        Assert.Equal("""[1,"x"]""", Answer.CompactOf(jobs[3]["jobcmd"]!));

        Task<Answer> SetAsync(string body) => list.SendAsync(HttpMethod.Post, "/set", new StringContent(body));
    }

    [Fact]
    public async Task Jobs_come_by_id_and_pages_and_filters_have_them_all()
    {
        var list = QueueClient.Fresh(_server);
        (await list.SetAsync([9, -5, 1_000_000_000_000, 0, 77])).Must(HttpStatusCode.OK);

        var page = (await list.GetAsync("/api/v1/queue/jobs?max=2")).Json;
        Assert.Equal([-5, 0], Ids(page));
        page = (await list.GetAsync($"/api/v1/queue/jobs?max=2&after={(long)page["next"]!}")).Json;
        Assert.Equal([9, 77], Ids(page));
        page = (await list.GetAsync($"/api/v1/queue/jobs?max=2&after={(long)page["next"]!}")).Json;
        Assert.Equal([1_000_000_000_000], Ids(page));
        Assert.Null(page["next"]);

        Assert.Equal(-5, (await list.TakeAsync(0))!.JobId);
        Assert.Equal(0, (await list.TakeAsync(0))!.JobId);
        Assert.Equal([-5, 0], (await list.JobsAsync("&stage=1")).Keys);
        Assert.Empty(await list.JobsAsync("&flagged=true"));

        static IEnumerable<long> Ids(JsonNode page) =>
            page["jobs"]!.AsArray().Select(job => (long)job!["jobid"]!);
    }

    [Fact]
    public async Task A_head_hands_nothing_out()
    {
        var list = QueueClient.Fresh(_server);
        await list.FillAsync(1);

        var head = await list.SendAsync(HttpMethod.Head, "/get/0", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, head.Status);
        Assert.Equal(1, (await list.TakeAsync(0))!.JobId);
    }

    [Fact]
    public async Task Who_tries_numbers_is_slowed_and_who_uses_lists_is_not_also_after_a_restart()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var lists = Enumerable.Range(0, 50).Select(_ => QueueClient.Fresh(server)).ToList();
        foreach (var list in lists) await list.FillAsync(2);
        server.Kill();
        await server.StartAsync();
        foreach (var list in lists.Skip(1)) Assert.NotNull(await list.TakeAsync(0));

        var statuses = new List<HttpStatusCode>();
        for (var guess = 1; guess <= 40; guess++)
        {
            var answer = await new QueueClient(server, guess.ToString(CultureInfo.InvariantCulture)).GetAsync("/get/0");
            statuses.Add(answer.Status);
            if (answer.Status is HttpStatusCode.OK) Assert.Equal("\"nada\"", answer.Text);
            else Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
        }

        // Thirty, and what has come back since the first.
        Assert.InRange(statuses.Count(status => status is HttpStatusCode.OK), 30, 40);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        foreach (var list in lists.Skip(1)) Assert.NotNull(await list.TakeAsync(0));
        Assert.DoesNotContain(lists[0].Number, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_is_refused_and_its_number_is_in_no_log()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var (list, other) = (QueueClient.Fresh(server), QueueClient.Fresh(server));
        await list.FillAsync(1);
        server.Kill();
        const string spoil = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); "
            + "sys.exit(db.execute(\"UPDATE rows SET body = '{' WHERE collection = 'job'\").rowcount - 1)";
        using (var python = Process.Start("python3", ["-c", spoil, Path.Combine(server.DataFolder, "sluice.db")]))
        {
            await python.WaitForExitAsync().InTimeAsync();
            Assert.Equal(0, python.ExitCode);
        }

        await server.StartAsync();
        Assert.InRange((int)(await list.GetAsync("/get/0")).Status, 500, 599);

        Assert.Matches(@"stage-queue/queue/\S+ could not be activated", server.Log);
        Assert.DoesNotContain(list.Number, server.Log, StringComparison.Ordinal);
        await other.FillAsync(1);
        Assert.NotNull(await other.TakeAsync(0));
    }

    private static async Task<string> StateAsync(QueueClient list) =>
        Answer.CompactOf(await list.ProgressAsync())
        + string.Concat((await list.JobsAsync()).Values.Select(Answer.CompactOf))
        + (await list.GetAsync("/init")).Text;
}
