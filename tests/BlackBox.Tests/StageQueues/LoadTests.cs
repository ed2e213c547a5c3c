using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>
/// Many workers take jobs through three stages while the server is killed again and again. 10,000 jobs, 32 workers and
/// 5 deaths with SLUICE_TEST_FULL=1.
/// </summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    /// <summary>Longer than a server needs to come back, so that what is late is not taken for lost; minutes.</summary>
    private static readonly string OriginalLifetime = IsFull ? "0.5" : "0.15";

    private static readonly TimeSpan Deadline = IsFull ? TimeSpan.FromMinutes(9) : Patience.Deadline;

    private static bool IsFull => Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1";

    private static int Jobs => IsFull ? 10_000 : 150;

    private static int Workers => IsFull ? 32 : 6;

    private static int Kills => IsFull ? 5 : 2;

    [Fact]
    public async Task With_leases_and_keys_every_job_is_done_once_a_stage_and_nobody_has_to_help()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = await FilledAsync(server, "/init/0/0/0/0/0/0/0");
        var watch = Stopwatch.StartNew();
        using var workers = new LoadWorkers(list, "sluice", Workers);
        await KillAgainAndAgainAsync(list);
        await UntilDoneAsync(list);
        var elapsed = watch.Elapsed;
        await workers.StopAsync();

        var done = workers.Done();
        Report("with leases and keys", elapsed, done, workers, redone: 0);
        Assert.Equal(AllOnce(), done.Keys.Order(StringComparer.Ordinal));
        Assert.All(done, one => Assert.True(one.Value == 1, $"{one.Key} was done {one.Value} times"));
        Assert.Equal(0, workers.Count("dropped"));
        Assert.All((await list.JobsAsync()).Values, job => Assert.Equal(0, (int)job["failed_attempts"]!));
    }

    [Fact]
    public async Task Of_original_workers_each_lost_answer_is_found_and_its_job_is_done_again()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = await FilledAsync(
            server, $"/init/0/{OriginalLifetime}/0/{OriginalLifetime}/0/{OriginalLifetime}/0");
        var watch = Stopwatch.StartNew();
        using var workers = new LoadWorkers(list, "original", Workers);
        var redone = 0;
        await KillAgainAndAgainAsync(list);
        await UntilDoneAsync(list, async flagged => redone += await RedoAsync(list, flagged, flagged - 1));
        var elapsed = watch.Elapsed;
        await workers.StopAsync();

        var done = workers.Done();
        Report("as the originals do", elapsed, done, workers, redone);
        Assert.Equal(AllOnce(), done.Keys.Order(StringComparer.Ordinal));
        // An answer that was lost may have been that no job waits, or the request may not have come that far.
        Assert.True(redone <= workers.Count("lost") + done.Values.Sum(times => times - 1), $"{redone} were redone");
        Assert.True(redone > 0 || done.Values.All(times => times == 1), "done twice, and nobody redid it");
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_noticed_and_another_does_its_job()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var list = QueueClient.Fresh(server);
        (await list.GetAsync("/init/0/0/0/0/0/0/0")).Must(HttpStatusCode.OK);
        await LoadWorkers.FillAsync(list, 1, isHeld: true);
        using var workers = new LoadWorkers(list, "sluice", count: 2, leaseSeconds: 2);
        await Patience.UntilAsync(() => workers.Count("began") == 1, "the job is in somebody's hands");
        var first = workers.LinesOf(0).Count > 0 ? 0 : 1;

        // As long as it lives the job stays in its hands, however long that takes.
        await Patience.UntilAsync(
            async () => (await list.JobsAsync()).Values.Single()["until"] is { } until
                && (DateTimeOffset)until > workers.Processes[first].StartTime.ToUniversalTime().AddSeconds(6),
            "the lease was extended");
        Assert.Equal(1, workers.Count("began"));
        Signals.SendKill(workers.Processes[first].Id);
        await Patience.UntilAsync(() => workers.LinesOf(1 - first).Count == 1, "the other has the job");
        Assert.Equal(1, (int)(await list.JobsAsync()).Values.Single()["failed_attempts"]!);

        workers.Release();
        await UntilDoneAsync(list);
        await workers.StopAsync(first);
        Assert.Equal(AllOnce(jobs: 1), workers.Done().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(LoadWorkers.Stages, workers.Count("done"));
    }

    private static async Task<QueueClient> FilledAsync(SluiceServer server, string init)
    {
        var list = QueueClient.Fresh(server);
        (await list.GetAsync(init)).Must(HttpStatusCode.OK);
        await LoadWorkers.FillAsync(list, Jobs);
        return list;
    }

    /// <summary>At moments that are spread over the work.</summary>
    private static async Task KillAgainAndAgainAsync(QueueClient list)
    {
        for (var kill = 1; kill <= Kills; kill++)
        {
            var enough = kill * Jobs * LoadWorkers.Stages / (Kills + 1);
            await Eventually.IsTrueAsync(
                async () => DoneIn(await list.ProgressAsync()) >= enough, $"{enough} are done", Deadline);
            list.Server.Kill();
            await list.Server.StartAsync();
        }
    }

    /// <summary>Jobs that are done in a stage, over all stages.</summary>
    private static int DoneIn(JsonNode progress) => progress["stages"]!.AsArray()
        .Sum(stage => (int)stage!["job_count"]! * ((int)stage["stage"]! / 2));

    /// <param name="list">The list.</param>
    /// <param name="help">Gets each stage in which a job is over its time; null: nobody helps.</param>
    private static Task UntilDoneAsync(QueueClient list, Func<int, Task>? help = null) => Eventually.IsTrueAsync(
        async () =>
        {
            var progress = await list.ProgressAsync();
            var stages = progress["stages"]!.AsArray().Select(stage => stage!).ToList();
            foreach (var flagged in stages.Where(stage => (int)stage["flagged"]! > 0))
            {
                await (help?.Invoke((int)flagged["stage"]!) ?? Task.CompletedTask);
            }

            return DoneIn(progress) == (int)progress["job_count"]! * LoadWorkers.Stages;
        },
        "all jobs are in the last stage",
        Deadline);

    /// <returns>Jobs that were over their time.</returns>
    private static async Task<int> RedoAsync(QueueClient list, int bad, int redo) =>
        (int)(await list.GetAsync($"/check_stages/{bad}/{redo}")).Must(HttpStatusCode.OK)
            .Json["n_bad_jobs were degraded:"]!;

    private static IEnumerable<string> AllOnce(int? jobs = null) => Enumerable.Range(0, jobs ?? Jobs)
        .SelectMany(job => Enumerable.Range(0, LoadWorkers.Stages)
            .Select(step => string.Create(CultureInfo.InvariantCulture, $"{job} in {2 * step}")))
        .Order(StringComparer.Ordinal);

    private void Report(
        string style, TimeSpan elapsed, IReadOnlyDictionary<string, int> done, LoadWorkers workers, int redone)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Workers} workers {style}, {Jobs} jobs, {LoadWorkers.Stages} stages, {Kills} x kill -9: "
            + $"{done.Values.Sum()} done in {elapsed.TotalSeconds:F0} s, of {done.Count} jobs in a stage; "
            + $"{done.Values.Sum(times => times - 1)} doubles, {redone} redone, "
            + $"{workers.Count("lost")} requests without an answer, {workers.Count("dropped")} dropped");
        output.WriteLine(line);
        // Also where the runner keeps the output of passed tests to itself.
        Console.WriteLine(line);
    }
}
