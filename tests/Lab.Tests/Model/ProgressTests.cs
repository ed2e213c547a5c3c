using Sluice.Lab.Model;
using Sluice.Lab.Tests.Support;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Model;

/// <summary>What a change costs: all times are reckoned by hand from the rules in docs/lab.md.</summary>
public sealed class ProgressTests
{
    [Fact]
    public void A_job_restarts_for_30_seconds_and_then_trains_its_epochs()
    {
        var job = PlayOne("P0", Script.OfOneJob(2));

        Assert.Equal((0, 30 + (10 * 5)), (job.FirstStartAt, job.CompletedAt));
        Assert.Equal((0, 2 * 80, 2 * 30), (job.Restarts, job.HeldGpuSeconds, job.RestartGpuSeconds));
    }

    [Fact]
    public void Where_restarts_are_measured_they_take_what_they_took() =>
        Assert.Equal(100 + (10 * 5), PlayOne("P3", Script.OfOneJob(2)).CompletedAt);

    [Fact]
    public void A_count_without_a_row_is_as_fast_as_the_next_smaller_one() =>
        Assert.Equal(30 + (10 * 5), PlayOne("P0", Script.OfOneJob(3)).CompletedAt);

    [Fact]
    public void A_graceful_change_keeps_the_begun_epoch()
    {
        // At 85 s 5.5 epochs are done; 4.5 are left.
        var job = PlayOne("P0", Script.OfOneJob(1, (85, 2)));

        Assert.Equal(85 + 30 + (4.5 * 5), job.CompletedAt, 9);
        Assert.Equal((1, 0), (job.Restarts, job.LostGpuSeconds));
    }

    [Fact]
    public void A_lossy_change_goes_back_to_the_checkpoint()
    {
        var job = PlayOne("P2", Script.OfOneJob(2, (57.5, 1)));

        Assert.Equal(57.5 + 30 + (5 * 10), job.CompletedAt, 9);
        Assert.Equal((1, 2 * 2.5), (job.Restarts, job.LostGpuSeconds));
    }

    [Fact]
    public void A_change_at_the_very_checkpoint_loses_nothing()
    {
        var job = PlayOne("P2", Script.OfOneJob(1, (80, 2)));

        Assert.Equal(80 + 30 + (5 * 5), job.CompletedAt, 9);
        Assert.Equal(0, job.LostGpuSeconds);
    }

    [Fact]
    public void A_second_change_while_it_restarts_starts_the_restart_anew()
    {
        var job = PlayOne("P0", Script.OfOneJob(1, (20, 2)));

        Assert.Equal(20 + 30 + (10 * 5), job.CompletedAt, 9);
        Assert.Equal((1, 20 + (2 * 30)), (job.Restarts, job.RestartGpuSeconds));
    }

    [Fact]
    public void A_suspended_job_holds_nothing_and_comes_back_with_a_restart()
    {
        var job = PlayOne("P0", Script.OfOneJob(2, (55, 0), (100, 2)));

        Assert.Equal(100 + 30 + (5 * 5), job.CompletedAt, 9);
        Assert.Equal((1, 2 * (55 + 55)), (job.Restarts, job.HeldGpuSeconds));
    }

    [Fact]
    public void A_plan_for_the_count_that_a_job_has_already_is_no_change()
    {
        var run = Play(Script.OfOneJob(2, (45, 2)).AsPolicy(), "P2", 4, Job("a"));

        Assert.Equal(30 + (10 * 5), run.Jobs[0].CompletedAt);
        Assert.Single(run.Decisions);
    }

    [Fact]
    public void A_decision_is_kept_with_what_it_undid_and_why()
    {
        var run = Play(Script.OfOneJob(2, (57.5, 1)).AsPolicy(), "P2", 4, Job("a"));

        Assert.Equal(
            [new(0, 0, 0, 2, 0, "as the test says"), new LabDecision(57.5, 0, 2, 1, 2.5, "as the test says")],
            run.Decisions.ToArray());
    }

    private static JobOutcome PlayOne(string scenario, Script script) =>
        Play(script.AsPolicy(), scenario, 4, Job("a")).Jobs[0];
}
