namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>Hand-outs that end, and requests that are repeated.</summary>
public sealed class LeaseTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly SluiceServer _server = shared.Server;

    [Fact]
    public async Task A_lease_that_ends_brings_the_job_back_by_itself_and_makes_the_late_worker_fail()
    {
        var list = QueueClient.Fresh(_server);
        await list.FillAsync(1);
        var first = await list.TakeAsync(0, ("Lease-Seconds", "1"));
        Assert.Equal("1", first!.Answer.Headers.GetValues("Lease-Seconds").Single());

        HandOut? second = null;
        await Patience.UntilAsync(async () => (second = await list.TakeAsync(0)) is not null, "it is back");

        Assert.Equal(1, second!.JobId);
        Assert.NotEqual(first.Lease, second.Lease);
        Assert.NotNull((await list.UpdateAsync(1, 2, ("Lease", first.Lease))).Must(HttpStatusCode.Conflict).Error);
        Assert.NotNull((await HeartbeatAsync(list, first)).Must(HttpStatusCode.Conflict).Error);
        Assert.Equal(1, (int)(await list.JobsAsync())[1]["failed_attempts"]!);
        (await list.UpdateAsync(1, 2, ("Lease", second.Lease))).Must(HttpStatusCode.OK);
        (await list.UpdateAsync(1, 2, ("Lease", second.Lease))).Must(HttpStatusCode.OK);
        (await list.UpdateAsync(1, 4, ("Lease", second.Lease))).Must(HttpStatusCode.Conflict);
        Assert.Equal((2, 0), ((int)(await list.JobsAsync())[1]["jobstage"]!,
            (int)(await list.JobsAsync())[1]["failed_attempts"]!));
    }

    [Fact]
    public async Task A_heartbeat_keeps_a_job()
    {
        var list = QueueClient.Fresh(_server);
        await list.FillAsync(2);
        var kept = await list.TakeAsync(0, ("Lease-Seconds", "4"));
        var left = await list.TakeAsync(0, ("Lease-Seconds", "5"));

        await Patience.UntilAsync(
            async () =>
            {
                var heartbeat = (await HeartbeatAsync(list, kept!)).Must(HttpStatusCode.OK);
                Assert.Equal("""{"lease_seconds":4}""", heartbeat.Text);
                return await list.TakeAsync(0) is { } back && back.JobId == left!.JobId;
            },
            "the other one is back");

        Assert.Equal("""{"lease_seconds":60}""", (await HeartbeatAsync(list, kept!, ("Lease-Seconds", "60"))).Text);
        (await list.UpdateAsync(kept!.JobId, 2, ("Lease", kept.Lease))).Must(HttpStatusCode.OK);
        (await HeartbeatAsync(list, kept)).Must(HttpStatusCode.Conflict);
        (await HeartbeatAsync(list, kept with { JobId = 99 })).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_repeated_request_for_a_job_gets_the_same_job_also_after_the_server_was_killed()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        Assert.Null(await list.TakeAsync(0, ("Idempotency-Key", "a")));
        await list.FillAsync(2);
        var first = await list.TakeAsync(0, ("Idempotency-Key", "a"));
        Assert.Equal(1, first!.JobId);

        server.Kill();
        await server.StartAsync();
        var again = await list.TakeAsync(0, ("Idempotency-Key", "a"));

        Assert.Equal((first.Lease, first.Answer.Text), (again!.Lease, again.Answer.Text));
        Assert.Equal(2, (await list.TakeAsync(0, ("Idempotency-Key", "b")))!.JobId);
        Assert.Null(await list.TakeAsync(0, ("Idempotency-Key", "c")));
        (await list.GetAsync("/get/5", ("Idempotency-Key", "a"))).Must(HttpStatusCode.UnprocessableEntity);
    }

    [Theory]
    [InlineData("Idempotency-Key")]
    [InlineData("Lease")]
    [InlineData(null)]
    public async Task A_repeated_update_does_not_take_the_job_out_of_the_next_workers_hands(string? header)
    {
        var list = QueueClient.Fresh(_server);
        await list.FillAsync(1);
        var first = await list.TakeAsync(0);
        (string, string)[] headers = header switch
        {
            "Idempotency-Key" => [(header, "u")],
            "Lease" => [(header, first!.Lease)],
            _ => [],
        };
        (await list.UpdateAsync(1, 2, headers)).Must(HttpStatusCode.OK);
        var second = await list.TakeAsync(2);

        (await list.UpdateAsync(1, 2, headers)).Must(HttpStatusCode.OK);

        Assert.Null(await list.TakeAsync(2));
        (await list.UpdateAsync(1, 4, ("Lease", second!.Lease))).Must(HttpStatusCode.OK);
        Assert.Equal(4, (int)(await list.JobsAsync())[1]["jobstage"]!);
        if (header == "Idempotency-Key")
        {
            (await list.UpdateAsync(1, 6, headers)).Must(HttpStatusCode.UnprocessableEntity);
        }
    }

    [Fact]
    public async Task A_job_over_its_time_is_flagged_without_anybody_asking_for_a_check()
    {
        var list = QueueClient.Fresh(_server);
        (await list.GetAsync("/init/0/0.01")).Must(HttpStatusCode.OK);
        await list.FillAsync(2);
        await list.TakeAsync(0);

        await Patience.UntilAsync(
            async () => (int)(await list.ProgressAsync())["flagged"]! == 1, "the job is over its time");

        var flagged = Assert.Single(await list.JobsAsync("&flagged=true"));
        Assert.Equal(1, flagged.Key);
        var overAt = (DateTimeOffset)flagged.Value["until"]!;
        Assert.Equal(TimeSpan.FromSeconds(0.6), overAt - (DateTimeOffset)flagged.Value["date_committed"]!);
        Assert.True((DateTimeOffset)flagged.Value["flagged_at"]! >= overAt);
        var page = (await list.GetAsync("/get")).Text;
        Assert.Contains(
            "<td class=\"n\">1<td class=\"n\">1<td>", page[page.IndexOf("Expired jobs", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
        Assert.Null(await list.TakeAsync(1));
        Assert.Equal("""{"Are all simulations within time frame?":0,"n_bad_jobs were degraded:":1}""",
            (await list.GetAsync("/check_stages/1/0")).Text);
        Assert.Equal("""{"Are all simulations within time frame?":1}""", (await list.GetAsync("/check_stages")).Text);
        Assert.Equal(1, (await list.TakeAsync(0))!.JobId);
    }

    [Fact]
    public async Task A_list_that_nobody_looks_at_is_woken_in_time_also_after_a_restart()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        (await list.GetAsync("/init/0/0.03")).Must(HttpStatusCode.OK);
        await list.RedeliverAsync();
        await list.FillAsync(1);
        Assert.NotNull(await list.TakeAsync(0));

        server.Kill();
        await server.StartAsync();

        // Its log tells, without any request for the list.
        await Patience.UntilAsync(
            () => server.Log.Contains("1 went back to their stage", StringComparison.Ordinal), "the job went back");
        Assert.Equal(1, (await list.TakeAsync(0))!.JobId);
        Assert.Equal(1, (int)(await list.JobsAsync())[1]["failed_attempts"]!);
    }

    private static Task<Answer> HeartbeatAsync(
        QueueClient list, HandOut job, params (string Name, string Value)[] headers) => list.SendAsync(
        HttpMethod.Put, $"/api/v1/queue/jobs/{job.JobId}/lease", null, [("Lease", job.Lease), .. headers]);
}
