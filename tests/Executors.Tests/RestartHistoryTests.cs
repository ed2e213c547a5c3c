using Sluice.Executors.Local;
using Sluice.Executors.Tests.Local;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Tests;

public class RestartHistoryTests
{
    /// <summary>Each attempt writes its number; two that are alive at once leave a complaint.</summary>
    private const string Script = """
        trap 'trap "" TERM; rm alive; exit 0' TERM
        set -C
        echo $SLUICE_ATTEMPT > alive || echo "$SLUICE_ATTEMPT beside $(cat alive)" >> complaints
        echo $SLUICE_ATTEMPT >> attempts
        while :; do sleep 0.02; done
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_history_of_restarts_resizes_and_lost_runners_runs_an_attempt_twice_or_two_at_once(int seed)
    {
        var random = new Random(seed);
        await using var world = new ExecutorWorld();
        _ = world.Folder();
        var rows = new FakeRows();
        var job = new Job(rows);
        job.Resize();
        for (var step = 0; step < 8; step++)
        {
            var executor = world.NewExecutor();
            var reports = new FakeReports { OnReport = job.Take };
            await using (var loop = new LoopWorld(executor, rows, reports))
            {
                await loop.StartAsync();
                for (var action = random.Next(3); action > 0; action--)
                {
                    job.Resize();
                    if (random.Next(2) == 0)
                    {
                        await Eventually.IsTrueAsync(() => job.IsRunning, "running");
                    }
                }

                if (random.Next(3) == 0)
                {
                    await Eventually.IsTrueAsync(() => job.IsRunning, "running");
                    Libc.Signal(world.RunnerPid(job.Attempt), Libc.SigKill);
                }
            }

            executor.Dispose();
        }

        await using var last = new LoopWorld(world.NewExecutor(), rows, new FakeReports { OnReport = job.Take });
        await last.StartAsync();
        job.Resize();
        await Eventually.IsTrueAsync(() => job.IsRunning, "running");

        var complaints = world.WorkFile("complaints");
        Assert.Equal("", File.Exists(complaints) ? File.ReadAllText(complaints) : "");
        await Eventually.IsTrueAsync(() => Attempts(world).LastOrDefault() == job.Attempt, "the last attempt");
        Assert.Equal(Attempts(world).Distinct().Order(), Attempts(world));
    }

    private static int[] Attempts(ExecutorWorld world) => !File.Exists(world.WorkFile("attempts"))
        ? []
        : [.. File.ReadAllLines(world.WorkFile("attempts")).Select(int.Parse)];

    /// <summary>What the job's grain would commit.</summary>
    private sealed class Job(FakeRows rows)
    {
        private readonly Lock _sync = new();
        private long _generation;
        private int _attempt;
        private int _running;

        public int Attempt => _attempt;

        public bool IsRunning => _running == _attempt;

        public void Resize()
        {
            lock (_sync)
            {
                _generation++;
                Commit();
            }
        }

        public void Take(RunReport report)
        {
            lock (_sync)
            {
                if (report.Phase == RunPhase.Running)
                {
                    _running = report.Attempt;
                }
                else if (report.Phase != RunPhase.Stopped && report.Attempt == _attempt)
                {
                    Commit();
                }
            }
        }

        private void Commit() =>
            rows.Set(Runs.Desired(Script, generation: _generation, attempt: ++_attempt));
    }
}
