using Sluice.Lab.Model;
using Sluice.Lab.Workloads;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Baselines;

/// <summary>The policies that give tuned counts.</summary>
public sealed class QueueingTests
{
    [Fact]
    public void Under_fifo_nothing_passes_the_head_and_under_backfill_what_fits_does()
    {
        // a runs until 80 s; b needs all; c would fit beside a, and then b waits for both.
        WorkloadJob[] jobs = [Job("a", rigid: 2), Job("b", at: 5, rigid: 4, epochs: 1), Job("c", at: 10, rigid: 1)];

        Assert.Equal([0, 80, 80 + 30 + 4], Starts(Play("fifo", "P0", 4, jobs)));
        Assert.Equal([0, 10 + 30 + (10 * 10), 10], Starts(Play("fifo-bf", "P0", 4, jobs)));
    }

    [Fact]
    public void Shortest_first_takes_the_GPUs_from_the_longer_one_and_gives_them_back()
    {
        var run = Play("srtf-rigid", "P0", 2, Job("long", epochs: 100, rigid: 2), Job("short", at: 100, rigid: 2));

        Assert.Equal(100, run.Jobs[1].FirstStartAt);
        Assert.Equal(100 + 30 + (10 * 5), run.Jobs[1].CompletedAt);
        Assert.Equal(1, run.Jobs[0].Restarts);
        Assert.Equal([(2, 0), (0, 2)], run.Decisions.Where(one => one.Job == 0).Skip(1).Select(one => (one.From, one.To)));
    }

    [Fact]
    public void Shortest_first_does_not_look_at_checkpoints_or_at_a_timer()
    {
        var run = Play("srtf-rigid", "P0", 2, Job("a", epochs: 100, rigid: 2), Job("b", epochs: 101, rigid: 2));

        Assert.Equal(0, run.Jobs.Sum(job => job.Restarts));
    }

    [Fact]
    public void Tiresias_lets_others_go_before_a_job_that_had_16_GPU_hours()
    {
        // With 2 GPUs that is after 8 hours, at the next timer.
        var run = Play("tiresias", "P0", 2, Job("long", epochs: 10_000, rigid: 2), Job("b", at: 60, rigid: 2));

        Assert.Equal(8 * 3600, run.Jobs[1].FirstStartAt);
        Assert.Equal(run.Jobs[1].CompletedAt, run.Decisions[^1].At);
        Assert.Equal("others go before it", run.Decisions.Single(one => one is { Job: 0, To: 0 }).Reason);
    }

    private static double[] Starts(LabRun run) => [.. run.Jobs.Select(job => job.FirstStartAt)];
}
