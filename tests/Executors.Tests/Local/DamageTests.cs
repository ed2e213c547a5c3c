using Sluice.Executors.Local;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests.Local;

/// <summary>Records that cannot be read concern their own job alone, and nothing is guessed about it.</summary>
public class DamageTests
{
    private const string UntilGo = "echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; exit 6";

    [Theory]
    [InlineData("spec.json", "{")]
    [InlineData("spec.json", "")]
    [InlineData("spec.json", "null")]
    [InlineData("spec.json", "deleted")]
    [InlineData("spec.json", "of another attempt")]
    [InlineData("exit.json", "{")]
    [InlineData("exit.json", """{"phase":"Running","at":"2026-01-01T00:00:00Z"}""")]
    public async Task One_damaged_record_is_told_once_and_holds_up_no_other_job(string record, string content)
    {
        await using var world = new ExecutorWorld();
        await EndedAsync(world);
        var path = RecordPath(world, record);
        var whole = await File.ReadAllTextAsync(path);
        if (content == "deleted")
        {
            File.Delete(path);
        }
        else
        {
            var other = whole.Replace("\"attempt\":1", "\"attempt\":2", StringComparison.Ordinal);
            await File.WriteAllTextAsync(path, content == "of another attempt" ? other : content);
        }

        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("exit 0", "u-2"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited, "u-2");

        var damaged = (await ExecutorWorld.SeeAsync(executor))!;
        Assert.True(damaged.IsUnknown);
        Assert.Contains(path, damaged.Message, StringComparison.Ordinal);
        var warning = Assert.Single(world.Said);
        Assert.Contains(path, warning, StringComparison.Ordinal);
        Assert.Contains("delete the job", warning, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, whole);
        Assert.Equal(6, (await ExecutorWorld.SeeAsync(executor))!.ExitCode);
    }

    [Fact]
    public async Task Nothing_is_started_of_a_job_whose_record_is_damaged()
    {
        await using var world = new ExecutorWorld();
        await EndedAsync(world);
        await File.WriteAllTextAsync(RecordPath(world, "spec.json"), "{");

        await Assert.ThrowsAsync<InvalidDataException>(
            () => world.StartAsync(world.NewExecutor(), Runs.Desired("echo ran > ran", attempt: 2)));

        Assert.False(File.Exists(world.WorkFile("ran")));
        Assert.Equal([1], world.Folder().Attempts());
    }

    [Fact]
    public async Task What_lives_under_a_damaged_start_record_goes_on_and_its_end_is_seen()
    {
        await using var world = new ExecutorWorld();
        await RunningAsync(world);
        await File.WriteAllTextAsync(RecordPath(world, "runner.json"), "{");
        var executor = world.NewExecutor();

        Assert.True((await ExecutorWorld.SeeAsync(executor))!.IsUnknown);
        Assert.True(ExecutorWorld.Lives(world.Pid("pid")));
        await File.WriteAllTextAsync(world.WorkFile("go"), "go");

        Assert.Equal(6, (await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited)).ExitCode);
    }

    [Fact]
    public async Task A_runner_that_is_gone_is_lost_also_where_its_start_record_is_damaged()
    {
        await using var world = new ExecutorWorld();
        await RunningAsync(world);
        var runner = world.RunnerPid();
        await File.WriteAllTextAsync(RecordPath(world, "runner.json"), "{");
        var executor = world.NewExecutor();

        Libc.Signal(runner, Libc.SigKill);

        var lost = await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.Null(lost.ExitCode);
        Assert.Contains("its record is damaged", lost.Message, StringComparison.Ordinal);
        Assert.False(ExecutorWorld.Lives(world.Pid("pid")));
    }

    [Theory]
    [InlineData("spec.json")]
    [InlineData("runner.json")]
    public async Task A_job_that_lives_under_a_damaged_record_is_ended_and_forgotten_once_it_is_deleted(string record)
    {
        await using var world = new ExecutorWorld();
        world.Options.GracePeriod = TimeSpan.FromMilliseconds(300);
        await RunningAsync(world, "trap '' TERM; echo $$ > pid; while :; do sleep 0.02; done");
        var pid = world.Pid("pid");
        await File.WriteAllTextAsync(RecordPath(world, record), "{");

        await DeleteThroughTheLoopAsync(world);

        Assert.False(ExecutorWorld.Lives(pid));
        Assert.Empty(world.Marked());
    }

    [Theory]
    [InlineData("spec.json")]
    [InlineData("exit.json")]
    public async Task A_job_that_has_ended_under_a_damaged_record_is_forgotten_once_it_is_deleted(string record)
    {
        await using var world = new ExecutorWorld();
        await EndedAsync(world);
        await File.WriteAllTextAsync(RecordPath(world, record), "{");

        await DeleteThroughTheLoopAsync(world);
    }

    [Fact]
    public async Task A_job_whose_record_is_damaged_is_neither_resized_nor_paused()
    {
        await using var world = new ExecutorWorld();
        await RunningAsync(world);
        await File.WriteAllTextAsync(RecordPath(world, "spec.json"), "{");
        var (rows, reports) = (new FakeRows(), new FakeReports());
        await using var loop = new LoopWorld(world.NewExecutor(), rows, reports);
        await loop.StartAsync();

        rows.Set(Runs.Desired(generation: 2, attempt: 2));
        rows.Set(Runs.Desired("exit 0", "u-2"));
        _ = world.Folder("u-2");
        await Eventually.IsTrueAsync(() => reports.Of("u-2").Contains((RunPhase.Exited, 1, 1)), "the other completed");
        rows.Set(Runs.Desired(generation: 3, attempt: 2) with { ShouldRun = false });
        rows.Set(Runs.Desired("exit 0", "u-2", generation: 2, attempt: 2));
        await Eventually.IsTrueAsync(() => reports.Of("u-2").Contains((RunPhase.Exited, 2, 2)), "and once more");

        Assert.True(ExecutorWorld.Lives(world.Pid("pid")));
        Assert.Empty(reports.Of("u-1"));
    }

    private static string RecordPath(ExecutorWorld world, string record) =>
        Path.Combine(world.Folder().AttemptPath(1), record);

    private static async Task EndedAsync(ExecutorWorld world)
    {
        using var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("exit 6"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
    }

    private static async Task RunningAsync(ExecutorWorld world, string script = UntilGo)
    {
        using var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired(script));
        await world.FileAsync("pid");
    }

    /// <summary>
    /// What the job's grain commits at a deletion: first that nothing may run, then, once confirmed, nothing.
    /// </summary>
    private static async Task DeleteThroughTheLoopAsync(ExecutorWorld world)
    {
        var rows = new FakeRows();
        var deleted = Runs.Desired(generation: 2) with { ShouldRun = false, IsEnding = true };
        rows.Set(deleted);
        var reports = new FakeReports
        {
            OnReport = report =>
            {
                if (report is { IsUnwanted: true, Generation: 2 })
                {
                    rows.Set(deleted.JobKey);
                }
            },
        };
        await using var loop = new LoopWorld(world.NewExecutor(), rows, reports);

        await loop.StartAsync();

        await Eventually.IsTrueAsync(() => !Directory.Exists(world.Folder().Path), "its folder is put away");
        Assert.NotEmpty(reports.Of("u-1"));
    }
}
