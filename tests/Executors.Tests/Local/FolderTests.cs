using System.Text;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests.Local;

public class FolderTests
{
    [Fact]
    public async Task Output_of_both_streams_is_read_from_any_offset()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo out; echo err >&2"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        var all = await ExecutorWorld.LogAsync(executor);

        var part = await executor.ReadAsync("u-1", 0, all.Length - 4, 3, CancellationToken.None);
        var end = await executor.ReadAsync("u-1", 0, all.Length, 100, CancellationToken.None);
        var beyond = await executor.ReadAsync("u-1", 0, all.Length + 1000, 100, CancellationToken.None);

        Assert.StartsWith("[sluice] attempt 1, generation 1, on node-0:0,1", all, StringComparison.Ordinal);
        Assert.EndsWith("\nout\nerr\n", all, StringComparison.Ordinal);
        Assert.Equal("err", Encoding.UTF8.GetString(part!.Value.Span));
        Assert.Equal(0, end!.Value.Length);
        Assert.Equal(0, beyond!.Value.Length);
    }

    [Fact]
    public async Task Output_of_all_attempts_is_in_one_file_a_rank()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo one; exit 1\n---\necho other", replicas: 2));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        await world.StartAsync(executor, Runs.Desired("echo two", attempt: 2));
        await Eventually.IsTrueAsync(async () =>
            (await ExecutorWorld.LogAsync(executor)).EndsWith("\ntwo\n", StringComparison.Ordinal), "both");

        var all = await ExecutorWorld.LogAsync(executor);

        Assert.Contains("\none\n[sluice] attempt 2", all, StringComparison.Ordinal);
        Assert.EndsWith("\nother\n", await ExecutorWorld.LogAsync(executor, rank: 1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u-1", 1)]
    [InlineData("u-1", -1)]
    [InlineData("u-2", 0)]
    [InlineData("../u-1", 0)]
    public async Task Nothing_is_read_of_what_is_not_known(string uid, int rank)
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo out"));

        Assert.Null(await executor.ReadAsync(uid, rank, 0, 100, CancellationToken.None));
    }

    [Fact]
    public async Task Output_over_the_limit_is_dropped_and_the_job_goes_on()
    {
        await using var world = new ExecutorWorld();
        world.Options.LogLimitBytes = 4096;
        var executor = world.NewExecutor();

        await world.StartAsync(executor, Runs.Desired("head -c 1000000 /dev/zero | tr '\\0' x; exit 9"));

        Assert.Equal(9, (await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited)).ExitCode);
        var all = await ExecutorWorld.LogAsync(executor);
        Assert.EndsWith(
            "x\n[sluice] the limit of 4096 bytes is reached; further output is dropped\n",
            all,
            StringComparison.Ordinal);
        Assert.True(all.Length < 4300);
    }

    [Fact]
    public async Task What_is_forgotten_is_no_longer_observed_but_its_output_stays()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo out"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);

        await executor.ForgetAsync("u-1", CancellationToken.None);
        await executor.ForgetAsync("u-1", CancellationToken.None);

        Assert.Null(await ExecutorWorld.SeeAsync(executor));
        Assert.Null(await ExecutorWorld.SeeAsync(world.NewExecutor()));
        Assert.EndsWith("\nout\n", await ExecutorWorld.LogAsync(executor), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_forgotten_is_not_started_a_second_time()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo ran >> ran"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        await executor.ForgetAsync("u-1", CancellationToken.None);

        await world.StartAsync(executor, Runs.Desired("echo ran >> ran"));

        Assert.Equal(RunPhase.Exited, (await ExecutorWorld.SeeAsync(executor))!.Phase);
        Assert.Equal(["ran"], await File.ReadAllLinesAsync(world.WorkFile("ran")));
    }

    [Fact]
    public async Task What_runs_is_not_forgotten()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("sleep 1000"));

        await executor.ForgetAsync("u-1", CancellationToken.None);

        Assert.Equal(RunPhase.Running, (await ExecutorWorld.SeeAsync(executor))!.Phase);
    }

    [Fact]
    public async Task Folders_that_are_old_are_deleted()
    {
        await using var world = new ExecutorWorld();
        using (var executor = world.NewExecutor())
        {
            foreach (var uid in new[] { "old", "young" })
            {
                await world.StartAsync(executor, Runs.Desired("echo out", uid));
                await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited, uid);
                await executor.ForgetAsync(uid, CancellationToken.None);
            }
        }

        Directory.SetLastWriteTimeUtc(Path.Combine(world.Root, ".ended", "old"), DateTime.UtcNow.AddDays(-31));
        var next = world.NewExecutor();

        Assert.Null(await next.ReadAsync("old", 0, 0, 100, CancellationToken.None));
        Assert.NotNull(await next.ReadAsync("young", 0, 0, 100, CancellationToken.None));
    }

    [Fact]
    public async Task A_start_that_comes_to_nothing_leaves_nothing_and_can_be_tried_again()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => world.StartAsync(executor, Runs.Desired("throw:no plan")));
        Assert.False(Directory.Exists(world.Folder().Path));
        await world.StartAsync(executor, Runs.Desired("echo out"));

        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
    }

    [Fact]
    public async Task A_folder_in_which_nothing_was_recorded_is_dropped_at_the_start_and_one_with_work_is_not()
    {
        await using var world = new ExecutorWorld();
        foreach (var uid in new[] { "u-1", "u-2" })
        {
            Directory.CreateDirectory(world.Folder(uid).AttemptPath(1));
            Directory.CreateDirectory(world.Folder(uid).WorkDirectory);
            await File.WriteAllTextAsync(Path.Combine(world.Folder(uid).Path, "lock"), "");
        }

        await File.WriteAllTextAsync(world.WorkFile("checkpoint", "u-2"), "work");

        world.NewExecutor();

        Assert.False(Directory.Exists(world.Folder("u-1").Path));
        Assert.True(File.Exists(world.WorkFile("checkpoint", "u-2")));
    }
}
