using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors.Tests;

public class RunReconcilerTests
{
    private static readonly RunPhase[] EndedPhases = [RunPhase.Exited, RunPhase.Stopped, RunPhase.StartFailed];

    [Fact]
    public void What_should_run_and_does_not_is_started() =>
        Assert.IsType<RunAction.Start>(RunReconciler.Decide(Runs.Desired(), null, null, Runs.Now));

    [Fact]
    public void A_start_waits_for_its_time()
    {
        var due = Runs.Now + TimeSpan.FromSeconds(10);
        var desired = Runs.Desired() with { NotBefore = due };

        Assert.Equal(new RunAction.Wait(due), RunReconciler.Decide(desired, null, null, Runs.Now));
        Assert.IsType<RunAction.Start>(RunReconciler.Decide(desired, null, null, due));
    }

    [Fact]
    public void A_recorded_attempt_that_never_came_up_is_started_again() =>
        Assert.IsType<RunAction.Start>(
            RunReconciler.Decide(Runs.Desired(), Runs.Observed(RunPhase.None), null, Runs.Now));

    [Theory]
    [InlineData(RunPhase.None)]
    [InlineData(RunPhase.Running)]
    public void What_nobody_can_tell_is_left_alone_until_it_is_never_wanted_again(RunPhase phase)
    {
        var unknown = Runs.Observed(phase) with { IsUnknown = true };
        var waits = Runs.Desired(generation: 2, attempt: 2) with { ShouldRun = false };

        Assert.IsType<RunAction.Wait>(RunReconciler.Decide(Runs.Desired(), unknown, null, Runs.Now));
        Assert.IsType<RunAction.Wait>(
            RunReconciler.Decide(Runs.Desired(generation: 2, attempt: 2), unknown, null, Runs.Now));
        Assert.IsType<RunAction.Wait>(RunReconciler.Decide(waits, unknown, null, Runs.Now));
        Assert.IsType<RunAction.Stop>(
            RunReconciler.Decide(waits with { IsEnding = true }, unknown, null, Runs.Now));
        Assert.IsType<RunAction.Stop>(RunReconciler.Decide(null, unknown, null, Runs.Now));
    }

    [Fact]
    public void Running_as_desired_is_reported_once()
    {
        var running = Runs.Observed(RunPhase.Running);

        var first = RunReconciler.Decide(Runs.Desired(), running, null, Runs.Now);

        Assert.Equal(new RunAction.Report(Runs.Report(RunPhase.Running)), first);
        Assert.Equal(
            new RunAction.Wait(),
            RunReconciler.Decide(Runs.Desired(), running, Runs.Report(RunPhase.Running), Runs.Now));
    }

    [Theory]
    [InlineData(1, 1, 2, 2)]
    [InlineData(1, 1, 2, 1)]
    [InlineData(1, 1, 1, 2)]
    [InlineData(3, 3, 2, 2)]
    public void Running_under_another_generation_or_attempt_is_stopped(
        long generation, int attempt, long desiredGeneration, int desiredAttempt) =>
        Assert.IsType<RunAction.Stop>(RunReconciler.Decide(
            Runs.Desired(generation: desiredGeneration, attempt: desiredAttempt),
            Runs.Observed(RunPhase.Running, generation, attempt),
            null,
            Runs.Now));

    [Fact]
    public void A_resize_stops_then_confirms_the_new_generation_then_starts_the_new_attempt()
    {
        var desired = Runs.Desired(generation: 2, attempt: 2);
        var stopped = Runs.Observed(RunPhase.Stopped, generation: 1, attempt: 1);
        var confirmation = Runs.Report(RunPhase.Stopped, generation: 2, attempt: 1);

        Assert.IsType<RunAction.Stop>(
            RunReconciler.Decide(desired, Runs.Observed(RunPhase.Running), null, Runs.Now));
        Assert.Equal(
            new RunAction.Report(confirmation), RunReconciler.Decide(desired, stopped, null, Runs.Now));
        Assert.IsType<RunAction.Start>(RunReconciler.Decide(desired, stopped, confirmation, Runs.Now));
    }

    [Fact]
    public void A_completion_just_as_the_job_is_resized_is_reported_before_anything_is_started()
    {
        var desired = Runs.Desired(generation: 2, attempt: 2);
        var completed = Runs.Observed(RunPhase.Exited, generation: 1, attempt: 1, exitCode: 0);

        Assert.Equal(
            new RunAction.Report(Runs.Report(RunPhase.Exited, generation: 2, attempt: 1, exitCode: 0)),
            RunReconciler.Decide(desired, completed, Runs.Report(RunPhase.Running), Runs.Now));
    }

    [Fact]
    public void A_failure_is_reported_and_its_successor_started_when_it_is_due()
    {
        var failed = Runs.Observed(RunPhase.Exited, attempt: 1, exitCode: 3);
        var report = Runs.Report(RunPhase.Exited, attempt: 1, exitCode: 3);
        var due = Runs.Now + TimeSpan.FromSeconds(5);
        var successor = Runs.Desired(attempt: 2) with { NotBefore = due };

        Assert.Equal(new RunAction.Report(report), RunReconciler.Decide(Runs.Desired(), failed, null, Runs.Now));
        Assert.Equal(new RunAction.Wait(), RunReconciler.Decide(Runs.Desired(), failed, report, Runs.Now));
        Assert.Equal(new RunAction.Wait(due), RunReconciler.Decide(successor, failed, report, Runs.Now));
        Assert.IsType<RunAction.Start>(RunReconciler.Decide(successor, failed, report, due));
    }

    [Fact]
    public void What_should_not_run_is_stopped_and_its_end_confirmed()
    {
        var desired = Runs.Desired(generation: 5) with { ShouldRun = false, IsEnding = true };

        Assert.IsType<RunAction.Stop>(
            RunReconciler.Decide(desired, Runs.Observed(RunPhase.Running), null, Runs.Now));
        Assert.IsType<RunAction.Stop>(RunReconciler.Decide(desired, Runs.Observed(RunPhase.None), null, Runs.Now));
        Assert.Equal(
            new RunAction.Report(Runs.Report(RunPhase.Stopped, generation: 5) with { IsUnwanted = true }),
            RunReconciler.Decide(desired, Runs.Observed(RunPhase.Stopped), null, Runs.Now));
    }

    [Fact]
    public void What_should_not_run_and_never_did_is_confirmed_too()
    {
        var desired = Runs.Desired(generation: 5) with { ShouldRun = false, IsEnding = true };
        var confirmation = Runs.Report(RunPhase.Stopped, generation: 5) with { IsUnwanted = true };

        Assert.Equal(new RunAction.Report(confirmation), RunReconciler.Decide(desired, null, null, Runs.Now));
        Assert.Equal(new RunAction.Wait(), RunReconciler.Decide(desired, null, confirmation, Runs.Now));
    }

    [Fact]
    public void The_end_of_a_job_that_waited_is_confirmed_though_nothing_ran_before_or_after()
    {
        var waiting = Runs.Desired(generation: 5) with { ShouldRun = false };
        var reported = ((RunAction.Report)RunReconciler.Decide(waiting, null, null, Runs.Now)).Value;
        Assert.False(reported.IsUnwanted);
        var ended = (RunAction.Report)RunReconciler.Decide(waiting with { IsEnding = true }, null, reported, Runs.Now);
        Assert.True(ended.Value.IsUnwanted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_report_tells_whether_it_was_made_in_view_of_the_wish_to_end_the_job(bool shouldRun)
    {
        var ended = Runs.Observed(RunPhase.Exited, exitCode: 1);
        var wanted = Runs.Report(RunPhase.Exited, exitCode: 1);

        Assert.Equal(
            new RunAction.Report(wanted with { IsUnwanted = !shouldRun }),
            RunReconciler.Decide(
                Runs.Desired() with { ShouldRun = shouldRun, IsEnding = !shouldRun },
                ended,
                shouldRun ? null : wanted,
                Runs.Now));
    }

    [Fact]
    public void Each_new_generation_is_confirmed_although_nothing_changed()
    {
        var desired = Runs.Desired(generation: 6) with { ShouldRun = false };

        Assert.Equal(
            new RunAction.Report(Runs.Report(RunPhase.Stopped, generation: 6)),
            RunReconciler.Decide(desired, null, Runs.Report(RunPhase.Stopped, generation: 5), Runs.Now));
    }

    [Fact]
    public void An_orphan_is_stopped_and_then_forgotten()
    {
        Assert.IsType<RunAction.Stop>(RunReconciler.Decide(null, Runs.Observed(RunPhase.Running), null, Runs.Now));
        Assert.IsType<RunAction.Stop>(RunReconciler.Decide(null, Runs.Observed(RunPhase.None), null, Runs.Now));
        Assert.All(
            EndedPhases,
            phase => Assert.IsType<RunAction.Forget>(
                RunReconciler.Decide(null, Runs.Observed(phase), null, Runs.Now)));
        Assert.Equal(new RunAction.Wait(), RunReconciler.Decide(null, null, null, Runs.Now));
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(9, 1)]
    public void What_an_executor_would_refuse_as_older_is_not_tried_again_and_again(long generation, int attempt)
    {
        var ended = Runs.Observed(RunPhase.Stopped, generation: 2, attempt: 5);
        var desired = Runs.Desired(generation: generation, attempt: attempt);
        var report = Runs.Report(RunPhase.Stopped, generation, attempt: 5);

        Assert.Equal(new RunAction.Wait(), RunReconciler.Decide(desired, ended, report, Runs.Now));
    }

    /// <summary>All combinations of small numbers; the promises that no combination may break.</summary>
    [Fact]
    public void No_combination_breaks_a_promise()
    {
        var count = 0;
        foreach (var desired in AllDesired())
        {
            foreach (var observed in AllObserved())
            {
                foreach (var reported in AllReported())
                {
                    count++;
                    var action = RunReconciler.Decide(desired, observed, reported, Runs.Now);
                    var text = $"{desired} | {observed} | {reported} → {action}";
                    CheckPromises(desired, observed, action, text);
                    if (action is RunAction.Report(var report))
                    {
                        var next = RunReconciler.Decide(desired, observed, report, Runs.Now);
                        Assert.False(next is RunAction.Report, "reported twice: " + text);
                    }
                }
            }
        }

        Assert.Equal(25 * 21 * 37, count);
    }

    private static void CheckPromises(DesiredRun? desired, ObservedRun? observed, RunAction action, string text)
    {
        var lives = observed is { Phase: RunPhase.Running or RunPhase.None };
        switch (action)
        {
            case RunAction.Start:
                Assert.True(desired is { ShouldRun: true } && !(desired.NotBefore > Runs.Now), text);
                Assert.True(observed is not { Phase: RunPhase.Running }, text);
                Assert.True(
                    observed is null
                    || (lives ? observed.Attempt == desired!.Attempt : observed.Attempt < desired!.Attempt),
                    text);
                Assert.True(observed is null || observed.Generation <= desired!.Generation, text);
                break;
            case RunAction.Stop:
                Assert.True(lives, text);
                Assert.False(
                    desired is { ShouldRun: true }
                    && desired.Attempt == observed!.Attempt
                    && desired.Generation == observed.Generation,
                    text);
                break;
            case RunAction.Report(var report):
                Assert.Equal(desired!.Generation, report.Generation);
                Assert.Equal(desired.IsEnding, report.IsUnwanted);
                Assert.NotEqual(RunPhase.None, report.Phase);

                // Any phase but Running frees what older generations held, so nothing may be alive then.
                Assert.True(report.Phase == RunPhase.Running == lives, text);
                Assert.True(!lives || observed!.Generation == desired.Generation, text);
                break;
            case RunAction.Forget:
                Assert.True(desired is null && observed is not null && !lives, text);
                break;
            case RunAction.Wait:
                // Nothing alive is left alone unless it is what is desired.
                Assert.True(
                    !lives
                    || (desired is { ShouldRun: true }
                        && desired.Attempt == observed!.Attempt
                        && desired.Generation == observed.Generation),
                    text);
                break;
            default:
                Assert.Fail(text);
                break;
        }
    }

    private static IEnumerable<DesiredRun?> AllDesired()
    {
        yield return null;
        foreach (var (generation, attempt) in Pairs())
        {
            var desired = Runs.Desired(generation: generation, attempt: attempt);
            yield return desired;
            yield return desired with { ShouldRun = false };
            yield return desired with { NotBefore = Runs.Now + TimeSpan.FromSeconds(1) };
            yield return desired with { NotBefore = Runs.Now };
            yield return desired with { NotBefore = Runs.Now - TimeSpan.FromSeconds(1) };
            yield return desired with { ShouldRun = false, NotBefore = Runs.Now + TimeSpan.FromSeconds(1) };
        }
    }

    private static IEnumerable<ObservedRun?> AllObserved()
    {
        yield return null;
        foreach (var (generation, attempt) in Pairs())
        {
            foreach (var phase in Enum.GetValues<RunPhase>())
            {
                yield return Runs.Observed(phase, generation, attempt, phase == RunPhase.Exited ? 1 : null);
            }
        }
    }

    private static IEnumerable<RunReport?> AllReported()
    {
        yield return null;
        foreach (var (generation, attempt) in Pairs())
        {
            foreach (var phase in Enum.GetValues<RunPhase>().Where(phase => phase != RunPhase.None))
            {
                yield return Runs.Report(phase, generation, attempt);
                yield return Runs.Report(phase, generation, attempt, exitCode: 1);
            }

            yield return Runs.Report(RunPhase.Exited, generation, attempt, exitCode: 0);
        }
    }

    private static (long Generation, int Attempt)[] Pairs() => [(1, 1), (1, 2), (2, 1), (2, 2)];
}
