using Sluice.Lab.Model;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Baselines;

/// <summary>The documented rule: requests are half of the tuned count, limits the largest count that helps.</summary>
public sealed class SeedsPolicyTests
{
    [Fact]
    public void Who_comes_first_gets_all_up_to_its_limit()
    {
        var run = Play("seeds-fifo", "P0", 6, Job("a", rigid: 2), Job("b", at: 1, rigid: 2));

        Assert.Equal([(0, 0, 4), (1, 0, 2)], Changes(run).Take(2));
    }

    [Fact]
    public void For_one_that_lacks_GPUs_the_one_with_the_most_recent_checkpoint_gives_them()
    {
        // At 75 s a stands at a checkpoint (30 + 45 = 75, 5 s an epoch), b is in the middle of an epoch of 4 s.
        var run = Play(
            "seeds-fifo", "P0", 4,
            Job("a", rigid: 2, max: 2, epochs: 30), Job("b", at: 2, rigid: 2, max: 2, epochs: 30),
            Job("c", at: 75, rigid: 1));

        Assert.Equal([(0, 2, 1), (2, 0, 1)], Changes(run).Skip(2).Take(2));
    }

    [Fact]
    public void After_a_completion_the_queue_starts_and_then_the_one_with_the_most_recent_checkpoint_grows()
    {
        // c needs two and waits behind nobody; when a is done c starts with what it can use, and b gets nothing.
        var run = Play(
            "seeds-fifo", "P0", 4,
            Job("a", rigid: 4, max: 2), Job("b", at: 1, rigid: 4, max: 2, epochs: 50),
            Job("c", at: 2, rigid: 2, max: 1));

        Assert.Equal((2, 0, 1), Changes(run)[2]);
        Assert.Equal(80, run.Jobs[2].FirstStartAt);
    }

    [Fact]
    public void Under_the_first_reading_nothing_passes_the_head_of_the_queue_and_under_the_second_what_fits_does()
    {
        Lab.Workloads.WorkloadJob[] jobs =
        [
            Job("a", rigid: 4, max: 2), Job("big", at: 1, rigid: 8, max: 4, curve: Usual), Job("small", at: 2, rigid: 1, max: 1),
        ];

        Assert.Equal(80, Play("seeds-fifo", "P0", 4, jobs).Jobs[1].FirstStartAt);
        Assert.True(Play("seeds-fifo", "P0", 4, jobs).Jobs[2].FirstStartAt > 80);
        Assert.Equal(2, Play("seeds-bf", "P0", 4, jobs).Jobs[2].FirstStartAt);
    }

    [Fact]
    public void Deferred_the_one_that_is_to_grow_does_so_at_its_next_notification()
    {
        // a is done at 80 s; b, which came at 2 s, has its next checkpoint at 82 s.
        Lab.Workloads.WorkloadJob[] jobs = [Job("a", rigid: 4, max: 2), Job("b", at: 2, rigid: 4, max: 4, epochs: 50)];

        Assert.Equal(80, GrowsAt("seeds-fifo"));
        Assert.Equal(82, GrowsAt("seeds-fifo-deferred"));

        double GrowsAt(string policy) =>
            Play(policy, "P0", 4, jobs).Decisions.Single(one => one is { Job: 1, From: 2, To: 4 }).At;
    }

    private static (int Job, int From, int To)[] Changes(LabRun run) =>
        [.. run.Decisions.Select(one => (one.Job, one.From, one.To))];
}
