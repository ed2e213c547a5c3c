using Sluice.Executors.Tests.Local;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests;

public class ExecutorLoopTests
{
    private readonly FakeExecutor _executor = new();
    private readonly FakeRows _rows = new();
    private readonly FakeReports _reports = new();

    [Fact]
    public async Task What_is_committed_is_started_and_reported()
    {
        await using var world = await StartedAsync();

        _rows.Set(Runs.Desired());

        await UntilReportedAsync(1);
        Assert.Equal([(RunPhase.Running, 1L, 1)], _reports.Of("u-1"));
        Assert.Equal(["start 1 u-1"], _executor.LogOf("u-1"));
    }

    [Fact]
    public async Task A_resize_is_confirmed_between_the_end_of_the_old_attempt_and_the_start_of_the_new_one()
    {
        await using var world = await StartedAsync();
        _rows.Set(Runs.Desired());
        await UntilReportedAsync(1);
        _reports.OnReport = report => _executor.Log.Add($"report {report.Phase} u-1");

        _rows.Set(Runs.Desired(generation: 2, attempt: 2));

        await UntilReportedAsync(3);
        Assert.Equal(
            [(RunPhase.Running, 1L, 1), (RunPhase.Stopped, 2L, 1), (RunPhase.Running, 2L, 2)], _reports.Of("u-1"));
        Assert.Equal(
            ["start 1 u-1", "stop u-1", "report Stopped u-1", "start 2 u-1", "report Running u-1"],
            _executor.LogOf("u-1"));
    }

    [Fact]
    public async Task A_job_that_completed_just_as_it_was_resized_is_not_started_again()
    {
        _executor.Become(Runs.Observed(RunPhase.Exited, exitCode: 0));
        _rows.Set(Runs.Desired(generation: 2, attempt: 2));

        // The grain learns that the job has completed, and commits so before it answers.
        _reports.OnReport = _ => _rows.Set(Runs.Desired(generation: 3, attempt: 2) with { ShouldRun = false });

        await using var world = await StartedAsync();

        await UntilReportedAsync(2);
        Assert.Equal([(RunPhase.Exited, 2L, 1), (RunPhase.Exited, 3L, 1)], _reports.Of("u-1"));
        Assert.Empty(_executor.LogOf("u-1"));
    }

    [Fact]
    public async Task A_new_loop_reports_again_what_it_finds_and_starts_nothing_twice()
    {
        _executor.Become(Runs.Observed(RunPhase.Running));
        _rows.Set(Runs.Desired());

        await using var world = await StartedAsync();

        await UntilReportedAsync(1);
        Assert.Empty(_executor.LogOf("u-1"));
    }

    [Fact]
    public async Task A_report_that_fails_is_sent_again()
    {
        await using var world = await StartedAsync();
        await Eventually.IsTrueAsync(() => !_reports.Nodes.IsEmpty, "nodes");
        _reports.FailNext(3);

        _rows.Set(Runs.Desired());

        await UntilReportedAsync(1);
        Assert.Equal([(RunPhase.Running, 1L, 1)], _reports.Of("u-1"));
    }

    [Fact]
    public async Task What_was_reported_is_said_again_now_and_then()
    {
        await using var world = new LoopWorld(
            _executor, _rows, _reports, new() { ReportInterval = TimeSpan.Zero, MinPassInterval = TimeSpan.Zero });
        await world.StartAsync();

        _rows.Set(Runs.Desired());

        await UntilReportedAsync(3);
        Assert.All(_reports.Of("u-1"), report => Assert.Equal((RunPhase.Running, 1L, 1), report));
        Assert.Equal(["start 1 u-1"], _executor.LogOf("u-1"));
    }

    [Fact]
    public async Task Nodes_that_come_back_after_a_report_of_unknown_outcome_are_reported()
    {
        var reports = new DoubtfulReports(_executor);
        var reporter = new NodeReporter(
            _executor,
            reports,
            Microsoft.Extensions.Options.Options.Create(new ExecutorLoopOptions
            {
                NodeInterval = TimeSpan.FromMilliseconds(1),
                RetryInterval = TimeSpan.FromMilliseconds(1),
            }),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<NodeReporter>.Instance);
        using var stopping = new CancellationTokenSource();

        var running = reporter.RunAsync(stopping.Token);

        await Eventually.IsTrueAsync(() => reports.GpuCounts.Count >= 3, "reports");
        Assert.Equal([8, 4, 8], reports.GpuCounts.Take(3));
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task An_operation_that_fails_is_tried_again()
    {
        await using var world = await StartedAsync();
        _executor.FailNext(3);

        _rows.Set(Runs.Desired());

        await UntilReportedAsync(1);
        Assert.Equal(4, _executor.LogOf("u-1").Length);
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_read_when_they_can_and_nothing_is_ended_meanwhile()
    {
        _rows.IsBroken = true;
        _executor.Become(Runs.Observed(RunPhase.Running));
        _rows.Set(Runs.Desired());
        await using var world = await StartedAsync();
        await Eventually.IsTrueAsync(() => !_reports.Nodes.IsEmpty, "nodes");

        _rows.IsBroken = false;

        await UntilReportedAsync(1);
        Assert.Empty(_executor.LogOf("u-1"));
    }

    [Fact]
    public async Task What_nobody_desires_is_ended_and_forgotten()
    {
        _executor.Become(Runs.Observed(RunPhase.Running));

        await using var world = await StartedAsync();

        await Eventually.IsTrueAsync(() => _executor.LogOf("u-1").Length == 2, "forgotten");
        Assert.Equal(["stop u-1", "forget u-1"], _executor.LogOf("u-1"));
        Assert.Empty(_reports.Runs);
    }

    [Fact]
    public async Task A_deleted_job_is_ended_confirmed_and_forgotten_while_its_successor_runs()
    {
        await using var world = await StartedAsync();
        var key = GrainKeys.Job(GrainKeys.DefaultDomain, "same-name-u-2");
        var (old, successor) = (Runs.Desired() with { JobKey = key + "-u-1" }, Runs.Desired(uid: "u-2", generation: 3));
        _rows.Set(key, old);
        await UntilReportedAsync(1);
        _reports.OnReport = report =>
        {
            if (report is { Uid: "u-1", Phase: RunPhase.Stopped })
            {
                _rows.Set(key, successor);
            }
        };

        _rows.Set(key, successor, old with { ShouldRun = false, Generation = 2 });

        await Eventually.IsTrueAsync(() => _executor.LogOf("u-1").Contains("forget u-1"), "forgotten");
        await UntilReportedAsync(1, "u-2");
        Assert.Equal([(RunPhase.Running, 1L, 1), (RunPhase.Stopped, 2L, 1)], _reports.Of("u-1"));
        Assert.Equal(["start 1 u-2"], _executor.LogOf("u-2"));
    }

    [Fact]
    public async Task A_follower_that_fell_behind_begins_anew_and_ends_what_is_gone()
    {
        await using var world = await StartedAsync();
        _rows.Set(Runs.Desired());
        _rows.Set(Runs.Desired(uid: "u-2"));
        await UntilReportedAsync(1);
        await UntilReportedAsync(1, "u-2");

        _rows.Purge(Runs.Desired().JobKey);

        await Eventually.IsTrueAsync(() => _executor.LogOf("u-1").Contains("forget u-1"), "forgotten");
        Assert.Equal(["start 1 u-2"], _executor.LogOf("u-2"));
        Assert.True(_rows.FullReads >= 2);
    }

    [Fact]
    public async Task One_uid_that_takes_long_holds_up_no_other_and_gets_one_operation_at_a_time()
    {
        var gate = new TaskCompletionSource();
        _executor.Gates["slow"] = gate.Task;
        await using var world = await StartedAsync();

        _rows.Set(Runs.Desired(uid: "slow"));
        await Eventually.IsTrueAsync(() => _executor.LogOf("slow").Length > 0, "begun");
        for (var index = 0; index < 100; index++)
        {
            _rows.Set(Runs.Desired(uid: $"quick-{index}"));
            _rows.Set(Runs.Desired(uid: "slow", generation: index + 2, attempt: index + 2));
        }

        for (var index = 0; index < 100; index++)
        {
            await UntilReportedAsync(1, $"quick-{index}");
        }

        Assert.Equal(["start 1 slow"], _executor.LogOf("slow"));
        gate.SetResult();
        await Eventually.IsTrueAsync(() => _reports.Of("slow").Contains((RunPhase.Running, 101L, 101)), "the last");
        Assert.DoesNotContain(_executor.Log, line => line.Contains(" at once ", StringComparison.Ordinal));
        Assert.DoesNotContain(_executor.Log, line => line.Contains(" beside ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_not_run_jobs_reads_starts_and_reports_nothing_until_it_may()
    {
        using var permit = new FakePermit();
        await using var world = new LoopWorld(_executor, _rows, _reports, permit: permit);
        await world.StartAsync();
        _rows.Set(Runs.Desired());
        await Eventually.IsTrueAsync(() => permit.Asked == 2, "both loops ask");

        Assert.Equal((0, 0), (_rows.FullReads, _reports.Nodes.Count));
        permit.Give();

        await UntilReportedAsync(1);
        Assert.Equal(["start 1 u-1"], _executor.LogOf("u-1"));
    }

    [Fact]
    public async Task Who_may_no_longer_run_jobs_breaks_off_and_goes_on_once_it_may_again()
    {
        using var permit = new FakePermit();
        permit.Give();
        _executor.Gates["u-1"] = new TaskCompletionSource().Task;
        await using var world = new LoopWorld(_executor, _rows, _reports, permit: permit);
        await world.StartAsync();
        _rows.Set(Runs.Desired());
        await Eventually.IsTrueAsync(() => _executor.LogOf("u-1").Length == 1, "begun");

        permit.TakeBack();
        await Eventually.IsTrueAsync(() => permit.Asked == 4, "both loops ask again");
        var nodes = _reports.Nodes.Count;
        _rows.Set(Runs.Desired(uid: "u-2"));

        Assert.Empty(_executor.LogOf("u-2"));
        Assert.Equal(nodes, _reports.Nodes.Count);
        _executor.Gates.Clear();
        permit.Give();
        await UntilReportedAsync(1);
        await UntilReportedAsync(1, "u-2");
        Assert.Equal(["start 1 u-1", "start 1 u-1"], _executor.LogOf("u-1"));
        Assert.Equal(["start 1 u-2"], _executor.LogOf("u-2"));
    }

    [Fact]
    public async Task An_attempt_is_not_started_before_its_time()
    {
        var time = new FakeTimeProvider(Runs.Now);
        await using var world = new LoopWorld(
            _executor, _rows, _reports, new() { MinPassInterval = TimeSpan.Zero }, time);
        await world.StartAsync();
        _rows.Set(Runs.Desired() with { NotBefore = Runs.Now + TimeSpan.FromSeconds(1) });
        _rows.Set(Runs.Desired(uid: "u-2"));
        await UntilReportedAsync(1, "u-2");

        time.Advance(TimeSpan.FromMilliseconds(999));
        _rows.Set(Runs.Desired(uid: "u-3"));
        await UntilReportedAsync(1, "u-3");
        Assert.Empty(_executor.LogOf("u-1"));

        await AdvanceUntilReportedAsync(time, "u-1");
        Assert.Equal(["start 1 u-1"], _executor.LogOf("u-1"));
    }

    [Fact]
    public async Task Nodes_are_reported_until_the_report_is_taken()
    {
        _reports.FailNext(3);

        await using var world = await StartedAsync();

        await Eventually.IsTrueAsync(() => !_reports.Nodes.IsEmpty, "nodes");
        Assert.Equal(_executor.Nodes, Assert.Single(_reports.Nodes).Nodes);
    }

    [Fact]
    public async Task Nodes_that_change_are_reported_again_and_those_that_do_not_are_not()
    {
        await using var world = new LoopWorld(
            _executor, _rows, _reports, new() { NodeInterval = TimeSpan.FromMilliseconds(1) });
        await world.StartAsync();
        await Eventually.IsTrueAsync(() => !_reports.Nodes.IsEmpty, "nodes");

        _executor.Nodes = [new("node-0", 4, true)];

        await Eventually.IsTrueAsync(() => _reports.Nodes.Count > 1, "fewer");
        Assert.Equal([8, 4], _reports.Nodes.Select(report => report.Nodes[0].GpuCount));
    }

    [Fact]
    public async Task A_real_job_moves_through_a_resize_a_failure_and_its_completion()
    {
        await using var local = new ExecutorWorld();
        var executor = local.NewExecutor();
        _ = local.Folder();
        const string Script = """
            echo $SLUICE_ATTEMPT >> attempts
            trap 'echo saved >> attempts; exit 1' TERM
            [ $SLUICE_ATTEMPT = 2 ] && exit 5
            [ $SLUICE_ATTEMPT = 3 ] && exit 0
            while :; do sleep 0.02; done
            """;
        _reports.OnReport = report =>
        {
            if (report is { Phase: RunPhase.Exited, Attempt: 2 })
            {
                _rows.Set(Runs.Desired(Script, generation: 2, attempt: 3));
            }
        };
        await using var world = new LoopWorld(executor, _rows, _reports);
        await world.StartAsync();

        _rows.Set(Runs.Desired(Script));
        await UntilReportedAsync(1);
        await local.FileAsync("attempts");
        _rows.Set(Runs.Desired(Script, generation: 2, attempt: 2));

        await Eventually.IsTrueAsync(() => _reports.Of("u-1").Contains((RunPhase.Exited, 2L, 3)), "completed");
        Assert.Equal(["1", "saved", "2", "3"], await File.ReadAllLinesAsync(local.WorkFile("attempts")));
        var ends = _reports.Runs.Where(report => report.Phase != RunPhase.Running);
        Assert.Equal(
            [(RunPhase.Stopped, 1, 1), (RunPhase.Exited, 2, 5), (RunPhase.Exited, 3, 0)],
            ends.Select(report => (report.Phase, report.Attempt, report.ExitCode ?? -1)));
    }

    private async Task<LoopWorld> StartedAsync()
    {
        var world = new LoopWorld(_executor, _rows, _reports);
        await world.StartAsync();
        return world;
    }

    private Task UntilReportedAsync(int count, string uid = "u-1") =>
        Eventually.IsTrueAsync(() => _reports.Of(uid).Count >= count, $"{count} reports of {uid}");

    /// <summary>Moves the time on bit by bit: the loop may not wait for it yet.</summary>
    private Task AdvanceUntilReportedAsync(FakeTimeProvider time, string uid) => Eventually.IsTrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return _reports.Of(uid).Count > 0;
        },
        $"a report of {uid}");
}
