using Sluice.Executors.Local;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests.Local;

public class EndTests
{
    private const int Stop = 19;
    private const string Loop = "while :; do sleep 0.02; done";

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    public async Task The_end_of_a_process_is_observed_with_its_exit_code(string script, int exitCode)
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();

        await world.StartAsync(executor, Runs.Desired(script));

        var ended = await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.Equal(exitCode, ended.ExitCode);
        Assert.Equal(ended, await ExecutorWorld.SeeAsync(world.NewExecutor()));
    }

    [Fact]
    public async Task An_end_wakes_who_waits_for_a_change()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("while [ ! -e go ]; do sleep 0.02; done"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Running);

        await File.WriteAllTextAsync(world.WorkFile("go"), "go");

        while ((await ExecutorWorld.SeeAsync(executor))!.Phase != RunPhase.Exited)
        {
            var change = executor.WaitForChangeAsync(TimeSpan.FromDays(1), CancellationToken.None);
            await change.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public async Task A_stop_lets_a_trainer_finish_what_it_does_on_TERM()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(
            executor, Runs.Desired($"trap 'sleep 0.2; echo saved > saved; exit 3' TERM; echo 1 > ready; {Loop}"));
        await world.FileAsync("ready");

        await executor.StopAsync("u-1", CancellationToken.None);

        Assert.True(File.Exists(world.WorkFile("saved")));
        var stopped = (await ExecutorWorld.SeeAsync(executor))!;
        Assert.Equal((RunPhase.Stopped, 3), (stopped.Phase, stopped.ExitCode));
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task A_job_that_somebody_else_asks_to_end_was_interrupted_and_has_neither_completed_nor_been_stopped()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired($"trap 'exit 0' TERM; echo 1 > ready; {Loop}"));
        await world.FileAsync("ready");

        Libc.Signal(world.RunnerPid(), Libc.SigTerm);

        var ended = await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.Null(ended.ExitCode);
        Assert.Contains("not Sluice's", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trainer_that_ignores_TERM_is_ended_after_the_grace_period()
    {
        await using var world = new ExecutorWorld();
        world.Options.GracePeriod = TimeSpan.FromMilliseconds(300);
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired($"trap '' TERM; echo 1 > ready; {Loop}"));
        await world.FileAsync("ready");

        await executor.StopAsync("u-1", CancellationToken.None);

        Assert.Equal(RunPhase.Stopped, (await ExecutorWorld.SeeAsync(executor))!.Phase);
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task A_stop_ends_a_process_that_is_suspended()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired($"trap 'exit 0' TERM; echo $$ > pid; {Loop}"));
        await world.FileAsync("pid");
        Libc.Signal(world.Pid("pid"), Stop);

        await executor.StopAsync("u-1", CancellationToken.None);

        Assert.Equal(0, (await ExecutorWorld.SeeAsync(executor))!.ExitCode);
    }

    [Fact]
    public async Task A_job_that_completes_before_it_is_stopped_has_completed()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("exit 0"));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);

        await executor.StopAsync("u-1", CancellationToken.None);

        var ended = (await ExecutorWorld.SeeAsync(executor))!;
        Assert.Equal((RunPhase.Exited, 0), (ended.Phase, ended.ExitCode));
    }

    [Fact]
    public async Task Of_a_stop_and_an_exit_at_once_exactly_one_is_the_end()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(executor, Runs.Desired("trap '' TERM; echo 1 > ready; exit 0"));
        await world.FileAsync("ready");

        await executor.StopAsync("u-1", CancellationToken.None);

        var ended = (await ExecutorWorld.SeeAsync(executor))!;
        Assert.Contains(ended.Phase, new[] { RunPhase.Exited, RunPhase.Stopped });
        Assert.Equal(0, ended.ExitCode);
    }

    [Fact]
    public async Task Whatever_a_job_leaves_behind_ends_before_its_end_is_observed()
    {
        await using var world = new ExecutorWorld();
        world.Options.GracePeriod = TimeSpan.FromMilliseconds(300);
        var executor = world.NewExecutor();
        const string Script = """
            setsid sh -c 'echo $$ > daemon; exec sleep 1000' &
            (setsid sh -c 'trap "" TERM; echo $$ > stubborn; while :; do sleep 0.1; done' &)
            env -i setsid sh -c 'echo $$ > bare; exec sleep 1000' &
            while [ ! -s daemon ] || [ ! -s stubborn ] || [ ! -s bare ]; do sleep 0.02; done
            exit 4
            """;

        await world.StartAsync(executor, Runs.Desired(Script));

        Assert.Equal(4, (await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited)).ExitCode);
        Assert.All(
            new[] { "daemon", "stubborn", "bare" }, name => Assert.False(ExecutorWorld.Lives(world.Pid(name)), name));
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task A_stop_leaves_no_child_that_ignores_TERM_or_has_left_its_parent_and_its_session()
    {
        await using var world = new ExecutorWorld();
        world.Options.GracePeriod = TimeSpan.FromMilliseconds(300);
        var executor = world.NewExecutor();
        const string Script = """
            sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 0.1; done' &
            (setsid sh -c 'trap "" TERM; echo $$ > daemon; while :; do sleep 0.1; done' &)
            env -i setsid sh -c 'trap "" TERM; echo $$ > bare; while :; do sleep 0.1; done' &
            sh -c 'trap "sh -c \"echo \\\$\\\$ > late; exec sleep 1000\" & exit" TERM
                echo 1 > forker; while :; do sleep 0.02; done' &
            wait
            """;
        await world.StartAsync(executor, Runs.Desired(Script));
        foreach (var name in new[] { "child", "daemon", "bare", "forker" })
        {
            await world.FileAsync(name);
        }

        await executor.StopAsync("u-1", CancellationToken.None);

        // The last one was born of the TERM itself.
        Assert.All(
            new[] { "child", "daemon", "bare", "late" },
            name => Assert.False(ExecutorWorld.Lives(world.Pid(name)), name));
        Assert.Equal(RunPhase.Stopped, (await ExecutorWorld.SeeAsync(executor))!.Phase);
        Assert.Empty(world.Marked());
    }

    [Fact]
    public async Task A_job_that_has_exited_but_was_not_heard_of_when_it_is_stopped_has_completed()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        await world.StartAsync(
            executor, Runs.Desired("echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; exit 0"));
        await world.FileAsync("pid");

        // The runner sleeps while its job exits and it is asked to stop it: on waking it finds both at once.
        Libc.Signal(world.RunnerPid(), Stop);
        await File.WriteAllTextAsync(world.WorkFile("go"), "go");
        await Eventually.IsTrueAsync(() => !ExecutorWorld.Lives(world.Pid("pid")), "the job has exited");
        world.Folder().MarkStop(1);
        Libc.Signal(world.RunnerPid(), Libc.SigTerm);
        Libc.Signal(world.RunnerPid(), Libc.SigCont);

        await Eventually.IsTrueAsync(() => world.Folder().ReadEnd(1) is not null, "the end");
        var ended = (await ExecutorWorld.SeeAsync(executor))!;
        Assert.Equal((RunPhase.Exited, 0), (ended.Phase, ended.ExitCode));
    }

    [Fact]
    public async Task A_gang_ends_with_the_first_rank_that_fails()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();
        var script = $"trap 'echo asked > asked; exit 0' TERM; echo 1 > ready; {Loop}"
            + "\n---\nwhile [ ! -s ready ]; do sleep 0.02; done; exit 5";

        await world.StartAsync(executor, Runs.Desired(script, replicas: 2));

        var ended = await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited);
        Assert.Equal(5, ended.ExitCode);
        Assert.Contains("rank 1", ended.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(world.WorkFile("asked")));
    }

    [Fact]
    public async Task A_gang_has_completed_when_all_ranks_have()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();

        await world.StartAsync(
            executor, Runs.Desired("exit 0\n---\nwhile [ ! -e go ]; do sleep 0.02; done", replicas: 2));
        await ExecutorWorld.PhaseAsync(executor, RunPhase.Running);
        await File.WriteAllTextAsync(world.WorkFile("go"), "go");

        Assert.Equal(0, (await ExecutorWorld.PhaseAsync(executor, RunPhase.Exited)).ExitCode);
    }

    [Fact]
    public async Task Stopping_what_never_ran_or_is_unknown_does_nothing()
    {
        await using var world = new ExecutorWorld();
        var executor = world.NewExecutor();

        await executor.StopAsync("unknown", CancellationToken.None);

        Assert.Null(await ExecutorWorld.SeeAsync(executor, "unknown"));
        await Assert.ThrowsAsync<ArgumentException>(() => executor.StopAsync("../etc", CancellationToken.None));
    }
}
