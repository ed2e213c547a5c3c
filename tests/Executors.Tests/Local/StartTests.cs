using System.Diagnostics;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests.Local;

public class StartTests
{
    private const string UntilGo = "while [ ! -e go ]; do sleep 0.02; done";

    [Fact]
    public async Task An_attempt_runs_once_however_often_and_by_whomever_it_is_started()
    {
        await using var world = new ExecutorWorld();
        var (one, other) = (world.NewExecutor(), world.NewExecutor());
        var desired = Runs.Desired($"echo started >> starts; {UntilGo}");

        // Two servers on one folder are refused elsewhere; here a killed server's runner may still be on its way up.
        var starts = new[] { one, other, one, other, one }.Select(executor => Task.Run(async () =>
        {
            try
            {
                await world.StartAsync(executor, desired);
            }
            catch (InvalidOperationException)
            {
                // Refused while the other's runner was just coming up: an answer that is tried again.
            }
        }));
        await Task.WhenAll(starts);
        await ExecutorWorld.PhaseAsync(one, RunPhase.Running);
        await File.WriteAllTextAsync(world.WorkFile("go"), "go");
        await ExecutorWorld.PhaseAsync(one, RunPhase.Exited);
        await world.StartAsync(one, desired);
        await world.StartAsync(world.NewExecutor(), desired);

        Assert.Equal(["started"], await File.ReadAllLinesAsync(world.WorkFile("starts")));
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task An_older_attempt_and_an_older_generation_are_not_started()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo ran >> ran", generation: 5, attempt: 2));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);

        await world.StartAsync(executor, Runs.Desired("echo ran >> ran", generation: 6, attempt: 1));
        await world.StartAsync(executor, Runs.Desired("echo ran >> ran", generation: 4, attempt: 3));

        Assert.Equal(["ran"], await File.ReadAllLinesAsync(world.WorkFile("ran")));
        Assert.Equal(2, (await ExecutorWorld.SeeAsync(executor))!.Attempt);
    }

    [Fact]
    public async Task A_later_attempt_is_not_started_beside_one_that_lives()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("sleep 1000"));

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => world.StartAsync(executor, Runs.Desired("echo two > two", generation: 2, attempt: 2)));

        Assert.Equal(1, (await ExecutorWorld.PhaseAsync(executor, RunPhase.Running)).Attempt);
        Assert.False(File.Exists(world.WorkFile("two")));
    }

    [Theory]
    [InlineData(1, "started or ended before")]
    [InlineData(2, "later than")]
    public async Task A_late_runner_is_refused_by_the_folder_itself(int superseding, string reason)
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(
            executor, Runs.Desired("echo ran >> ran", generation: superseding, attempt: superseding));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        var folder = world.Folder();
        if (superseding > 1)
        {
            folder.WriteSpec(folder.ReadSpec(superseding)! with { Attempt = 1, Generation = 1 });
        }

        var (exitCode, said) = await RunRunnerAsync(folder.AttemptPath(1));

        Assert.Equal(3, exitCode);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Equal(["ran"], await File.ReadAllLinesAsync(world.WorkFile("ran")));
    }

    [Fact]
    public async Task A_runner_without_an_attempt_explains_its_use_and_makes_nothing()
    {
        await using var world = new ExecutorWorld();

        var (exitCode, _) = await RunRunnerAsync(world.Folder().AttemptPath(1));

        Assert.Equal(2, exitCode);
        Assert.False(Directory.Exists(world.Root));
    }

    [Fact]
    public async Task An_attempt_whose_runner_never_came_up_can_be_started_after_all()
    {
        await using var world = new ExecutorWorld();
        await RecordOnlyAsync(world);
        var executor = world.NewExecutor();
        Assert.Equal(RunPhase.None, (await ExecutorWorld.SeeAsync(executor))!.Phase);

        await world.StartAsync(executor, Runs.Desired("echo ran > ran"));

        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.True(File.Exists(world.WorkFile("ran")));
    }

    [Fact]
    public async Task An_attempt_that_was_stopped_before_its_runner_came_up_never_starts()
    {
        await using var world = new ExecutorWorld();
        await RecordOnlyAsync(world);
        var executor = world.NewExecutor();

        await executor.StopAsync("u-1", CancellationToken.None);
        var (exitCode, _) = await RunRunnerAsync(world.Folder().AttemptPath(1));
        await world.StartAsync(executor, Runs.Desired("echo ran > ran"));

        Assert.Equal(3, exitCode);
        Assert.Equal(RunPhase.Stopped, (await ExecutorWorld.SeeAsync(executor))!.Phase);
        Assert.False(File.Exists(world.WorkFile("ran")));
    }

    [Theory]
    [InlineData("exec:no-such-program", "no-such-program")]
    [InlineData("problem:the secret 'token' cannot be had locally", "token")]
    public async Task What_cannot_be_started_says_why(string manifest, string expected)
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();

        await world.StartAsync(executor, Runs.Desired(manifest));

        var failed = await ExecutorWorld.PhaseAsync(executor, RunPhase.StartFailed);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
        Assert.Equal(RunPhase.StartFailed, (await ExecutorWorld.SeeAsync(world.NewExecutor()))!.Phase);
    }

    [Fact]
    public async Task A_gang_of_which_one_rank_cannot_be_started_leaves_none_running()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();

        await world.StartAsync(executor, Runs.Desired("sleep 1000\n---\nexec:no-such-program", replicas: 2));

        Assert.Contains(
            "rank 1",
            (await ExecutorWorld.PhaseAsync(executor, RunPhase.StartFailed)).Message,
            StringComparison.Ordinal);
        Assert.Empty(world.Marked());
    }

    [Theory]
    [InlineData("/no/such/runner", "/no/such/runner")]
    [InlineData("false", "before it started anything")]
    public async Task A_runner_that_cannot_run_is_a_failed_start(string program, string expected)
    {
        await using var world = new ExecutorWorld();
        world.Options.RunnerCommand = [program];
        var executor = world.NewExecutor();

        await world.StartAsync(executor, Runs.Desired());

        Assert.Contains(
            expected,
            (await ExecutorWorld.PhaseAsync(executor, RunPhase.StartFailed)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_sees_its_GPUs_and_none_of_the_servers_secrets()
    {
        await using var world = new ExecutorWorld();
        Environment.SetEnvironmentVariable("SLUICE_TEST_SECRET", "secret");
        var executor = world.NewExecutor();

        await world.StartAsync(executor, Runs.Desired("env > env-0\n---\nenv > env-1", replicas: 2));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);

        var first = await File.ReadAllLinesAsync(world.WorkFile("env-0"));
        var second = await File.ReadAllLinesAsync(world.WorkFile("env-1"));
        Assert.Contains("CUDA_VISIBLE_DEVICES=0,1", first);
        Assert.Contains("CUDA_VISIBLE_DEVICES=2,3", second);
        Assert.Contains("SLUICE_SIMULATED_GPUS=1", first);
        Assert.Contains("SLUICE_URL=http://127.0.0.1:5999", first);
        Assert.Contains("RANK=1", second);
        Assert.DoesNotContain(first, line => line.StartsWith("SLUICE_TEST_SECRET", StringComparison.Ordinal));
        Assert.Contains(first, line => line.StartsWith("PATH=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_working_directory_goes_from_attempt_to_attempt()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo 1 >> checkpoint; exit 1"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);

        await world.StartAsync(executor, Runs.Desired("echo 2 >> checkpoint", attempt: 2));
        await Eventually.IsTrueAsync(
            async () => await ExecutorWorld.SeeAsync(executor) is { Attempt: 2, Phase: RunPhase.Exited },
            "attempt 2 exited");

        Assert.Equal(["1", "2"], await File.ReadAllLinesAsync(world.WorkFile("checkpoint")));
        Assert.Equal([2], world.Folder().Attempts());
    }

    /// <summary>
    /// What a server leaves that dies after it recorded the attempt and before it started the runner.
    /// </summary>
    private static async Task RecordOnlyAsync(ExecutorWorld world)
    {
        using var probe = new ManualRunner(world);
        await probe.RecordAsync(Runs.Desired("echo ran > ran"));
    }

    private static async Task<(int ExitCode, string Said)> RunRunnerAsync(string attemptPath)
    {
        using var process = Process.Start(
            new ProcessStartInfo(ExecutorWorld.Runner[0], [ExecutorWorld.Runner[1], "--dir", attemptPath])
            {
                RedirectStandardOutput = true,
            })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    private sealed class ManualRunner(ExecutorWorld world) : IDisposable
    {
        public async Task RecordAsync(Grains.Ports.DesiredRun desired)
        {
            // A start whose runner does nothing at all, and whose failure is taken back.
            world.Options.RunnerCommand = ["false"];
            using var executor = world.NewExecutor();
            await world.StartAsync(executor, desired);
            File.Delete(Path.Combine(world.Folder(desired.Uid).AttemptPath(desired.Attempt), "exit.json"));
        }

        public void Dispose() => world.Options.RunnerCommand = ExecutorWorld.Runner;
    }
}
