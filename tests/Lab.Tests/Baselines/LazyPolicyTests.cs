using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Baselines;

/// <summary>Eager, lazy and hybrid: when a running job gives GPUs to one that waits.</summary>
public sealed class LazyPolicyTests
{
    // a has both GPUs, and epochs of 100 s: checkpoints at 130 s, 230 s, ...
    private static readonly Lab.Workloads.SpeedCurve Slow = Curve((1, 150), (2, 100));

    [Theory]
    [InlineData("equal", 140)]
    [InlineData("lazy-equal", 230)]
    [InlineData("hybrid-equal", 140)]
    public void With_little_to_lose_an_eager_and_a_hybrid_one_shrink_at_once_and_a_lazy_one_waits(
        string policy, double startsAt) => Assert.Equal(startsAt, StartOfSecond(policy, comesAt: 140));

    [Theory]
    [InlineData("equal", 220)]
    [InlineData("lazy-equal", 230)]
    [InlineData("hybrid-equal", 230)]
    public void With_much_to_lose_a_hybrid_one_waits_for_the_checkpoint_too(string policy, double startsAt) =>
        Assert.Equal(startsAt, StartOfSecond(policy, comesAt: 220));

    [Fact]
    public void A_job_grows_at_its_checkpoint_only_where_that_saves_more_than_its_restart()
    {
        // At 130 s "done" is done. "other" may have both GPUs: that saves 25 s an epoch, of which there are 9 or 1.
        Assert.Equal(230, GrowsAt(epochs: 10));
        Assert.Null(GrowsAt(epochs: 2));

        static double? GrowsAt(int epochs) => Play(
            "lazy-equal", "P2", 2,
            Job("done", epochs: 1, max: 1, curve: Curve((1, 100))),
            Job("other", epochs: epochs, max: 2, curve: Curve((1, 200), (2, 175))))
            .Decisions.FirstOrDefault(one => one is { Job: 1, From: 1 })?.At;
    }

    private static double StartOfSecond(string policy, double comesAt)
    {
        var run = Play(
            policy, "P2", 2, Job("a", epochs: 10, max: 2, curve: Slow), Job("b", at: comesAt, max: 2, curve: Slow));
        return run.Jobs[1].FirstStartAt;
    }
}
