using Sluice.Scheduling.Sharing;

namespace Sluice.Scheduling.Tests.Sharing;

/// <summary>Each rule on cases that can be reckoned by hand.</summary>
public sealed class ShareRuleTests
{
    [Fact]
    public void Equal_raises_the_one_with_the_fewest_GPUs_to_its_next_level_that_fits() =>
        Assert.Equal(
            [2, 3],
            new EqualShare().Divide(5, [Job(1, (1, 1), (2, 2), (4, 3)), Job(1, (1, 1), (3, 2))]));

    [Fact]
    public void Equal_serves_those_first_that_had_the_least_so_far() =>
        Assert.Equal(
            [0, 1, 1],
            new EqualShare().Divide(2, [Job(1, 30, (1, 1)), Job(1, 10, (1, 1)), Job(1, 20, (1, 1))]));

    [Fact]
    public void Optimus_gives_each_GPU_to_the_job_whose_end_it_brings_nearest() =>
        Assert.Equal(
            [1, 2],
            new OptimusShare(passesDips: false).Divide(3, [Job(10, (1, 1), (2, 2)), Job(20, (1, 1), (2, 2))]));

    [Fact]
    public void Optimus_sticks_below_a_dip_unless_it_may_look_beyond_it()
    {
        SharingJob[] jobs = [Job(100, (1, 1), (2, 2), (4, 4)), Job(1, (1, 1))];

        Assert.Equal([2, 1], new OptimusShare(passesDips: false).Divide(8, jobs));
        Assert.Equal([4, 1], new OptimusShare(passesDips: true).Divide(8, jobs));
    }

    [Theory]
    [InlineData(1.9, 2, 1)]
    [InlineData(2.2, 1, 2)]
    public void Afs_gives_to_the_later_one_only_where_that_gains_relatively_more(
        double speedOfLater, int first, int later)
    {
        // The first gains half of what it has; the later one 0.9 / 1.9 or 1.2 / 2.2 of what it then has.
        SharingJob[] jobs = [Job(10, (1, 1), (2, 1.5)), Job(100, (1, 1), (2, speedOfLater))];

        Assert.Equal([first, later], new AfsShare(FirstServed.ByRule).Divide(3, jobs));
    }

    [Fact]
    public void Afs_gives_the_first_GPU_to_the_one_with_less_work() =>
        Assert.Equal(
            [0, 1], new AfsShare(FirstServed.ByRule).Divide(1, [Job(20, (1, 1)), Job(10, (1, 1))]));

    [Fact]
    public void Fair_greedy_takes_the_step_that_saves_most_a_GPU_in_units_of_the_fair_share()
    {
        // The fair share is 2. The first saves 2 (1 - 1/2) = 1, the second 8 (1/4 - 1/8) = 1 for one GPU, and 2 (1 -
        // 1/3) / 2 for two: ties go to the first.
        SharingJob[] jobs = [Job(10, (1, 1), (2, 2), (3, 3)), Job(10, (1, 4), (2, 8))];

        Assert.Equal([2, 1], new FairGreedyShare(FirstServed.LeastAttained).Divide(3, jobs));
    }

    [Fact]
    public void Hesrpt_gives_the_more_the_less_is_left()
    {
        // With the exponent 1/2 the two shares of 4 GPUs are (1/2)^2 and 1 - (1/2)^2 of them.
        SharingJob[] jobs = [Job(10, (1, 1), (2, 2), (3, 3), (4, 4)), Job(20, (1, 1), (2, 2), (3, 3), (4, 4))];

        Assert.Equal([3, 1], new HesrptShare(0.5).Divide(4, jobs));
    }

    [Fact]
    public void Hesrpt_gives_what_the_levels_leave_over_to_the_smallest_that_it_helps()
    {
        SharingJob[] jobs = [Job(10, (1, 1), (2, 2), (4, 4)), Job(20, (1, 1), (2, 2), (4, 4))];

        Assert.Equal([2, 2], new HesrptShare(0.5).Divide(4, jobs));
    }

    /// <param name="work">Epochs left.</param>
    /// <param name="levels">GPUs and epochs a second.</param>
    private static SharingJob Job(double work, params (int Gpus, double Speed)[] levels) => Job(work, 0, levels);

    private static SharingJob Job(double work, double attained, params (int Gpus, double Speed)[] levels) => new()
    {
        Work = work,
        Attained = attained,
        Levels = [.. levels.Select(level => level.Gpus)],
        Speeds = [.. levels.Select(level => level.Speed)],
    };
}
