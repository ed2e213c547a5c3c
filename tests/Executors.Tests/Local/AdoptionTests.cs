using Sluice.Executors.Local;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests.Local;

public class AdoptionTests
{
    private const string UntilGo = "while [ ! -e go ]; do sleep 0.02; done";

    [Fact]
    public async Task A_new_server_adopts_what_runs_and_learns_how_it_ends()
    {
        await using var world = new ExecutorWorld();
        using (var first = world.NewExecutor())
        {
            await world.StartAsync(first, Runs.Desired($"{UntilGo}; exit 6", generation: 9, attempt: 4));
        }

        var second = world.NewExecutor();
        var running = await ExecutorWorld.PhaseAsync(second, RunPhase.Running);
        await File.WriteAllTextAsync(world.WorkFile("go"), "go");

        Assert.Equal((9, 4), (running.Generation, running.Attempt));
        Assert.Equal(6, (await ExecutorWorld.PhaseAsync(second, RunPhase.Exited)).ExitCode);
    }

    [Fact]
    public async Task An_end_while_no_server_lived_is_not_lost()
    {
        await using var world = new ExecutorWorld();
        using (var first = world.NewExecutor())
        {
            await world.StartAsync(first, Runs.Desired($"{UntilGo}; exit 6"));
        }

        await File.WriteAllTextAsync(world.WorkFile("go"), "go");
        await Eventually.IsTrueAsync(() => world.Folder().ReadEnd(1) is not null, "the end is recorded");

        var seen = (await ExecutorWorld.SeeAsync(world.NewExecutor()))!;
        Assert.Equal((RunPhase.Exited, 6), (seen.Phase, seen.ExitCode));
    }

    [Fact]
    public async Task A_new_server_stops_what_an_earlier_one_started()
    {
        await using var world = new ExecutorWorld();
        using (var first = world.NewExecutor())
        {
            await world.StartAsync(first, Runs.Desired("sleep 1000"));
        }

        var second = world.NewExecutor();
        await second.StopAsync("u-1", CancellationToken.None);

        Assert.Equal(RunPhase.Stopped, (await ExecutorWorld.SeeAsync(second))!.Phase);
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task What_a_killed_runner_leaves_is_ended_and_the_run_has_exited()
    {
        await using var world = new ExecutorWorld();
        world.Options.GracePeriod = TimeSpan.FromMilliseconds(300);
        var executor = world.NewExecutor();
        const string Script = """
            setsid sh -c 'trap "" TERM; echo $$ > daemon; while :; do sleep 0.1; done' &
            env -i sh -c 'echo $$ > bare; exec sleep 1000' &
            trap '' TERM
            echo $$ > main
            while :; do sleep 0.1; done
            """;
        await world.StartAsync(executor, Runs.Desired(Script));
        foreach (var name in new[] { "main", "daemon", "bare" })
        {
            await world.FileAsync(name);
        }

        Libc.Signal(world.RunnerPid(), Libc.SigKill);

        var lost = await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.Null(lost.ExitCode);
        Assert.Contains("runner was lost", lost.Message, StringComparison.Ordinal);
        Assert.All(
            new[] { "main", "daemon", "bare" }, name => Assert.False(ExecutorWorld.Lives(world.Pid(name)), name));
    }

    [Fact]
    public async Task A_trainer_whose_runner_was_killed_still_saves_its_work_and_prints_as_it_ends()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(
            executor,
            Runs.Desired(
                "trap 'echo saving; echo saved > saved; exit 0' TERM; echo 1 > ready; while :; do sleep 0.02; done"));
        await world.FileAsync("ready");

        Libc.Signal(world.RunnerPid(), Libc.SigKill);

        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.True(File.Exists(world.WorkFile("saved")));
    }

    [Fact]
    public async Task A_run_whose_runner_was_killed_can_be_started_anew()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("sleep 1000"));
        Libc.Signal(world.RunnerPid(), Libc.SigKill);
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);

        await world.StartAsync(executor, Runs.Desired("exit 0", attempt: 2));

        await Eventually.IsTrueAsync(
            async () => await ExecutorWorld.SeeAsync(executor) is { Attempt: 2, Phase: RunPhase.Exited, ExitCode: 0 },
            "attempt 2 exited");
    }

    [Fact]
    public async Task A_stop_survives_the_death_of_the_runner()
    {
        await using var world = new ExecutorWorld();
        world.Options.GracePeriod = TimeSpan.FromMilliseconds(500);
        var executor = world.NewExecutor();
        await world.StartAsync(
            executor, Runs.Desired("trap 'echo 1 > asked' TERM; echo 1 > ready; while :; do sleep 0.02; done"));
        await world.FileAsync("ready");

        var stop = executor.StopAsync("u-1", CancellationToken.None);
        await world.FileAsync("asked");
        Libc.Signal(world.RunnerPid(), Libc.SigKill);
        await stop;

        Assert.Equal(RunPhase.Stopped, (await ExecutorWorld.SeeAsync(executor))!.Phase);
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task A_copy_of_the_folder_takes_nothing_of_the_original_for_its_own()
    {
        await using var world = new ExecutorWorld();
        await using var copy = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("echo $$ > pid; sleep 1000"));
        await world.FileAsync("pid");
        CopyFolder(world.Root, copy.Root);

        var lost = await ExecutorWorld.PhaseAsync(copy.NewExecutor(), RunPhase.Exited);

        Assert.Null(lost.ExitCode);
        Assert.True(ExecutorWorld.Lives(world.Pid("pid")));
        Assert.Equal(RunPhase.Running, (await ExecutorWorld.SeeAsync(executor))!.Phase);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
