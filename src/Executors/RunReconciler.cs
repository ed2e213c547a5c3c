using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Executors;

/// <summary>
/// Decides the next step for one uid. Pure, so that every combination of desired, observed and reported can be tested.
/// </summary>
/// <remarks>
/// What ended is reported before anything is started in its place: the grain learns of an attempt that completed just
/// as it was being resized, and may then want no further one.
/// </remarks>
public static class RunReconciler
{
    /// <summary>The next step.</summary>
    /// <param name="desired">Null: nobody wants anything of this uid.</param>
    /// <param name="observed">Null: nothing is known of the uid.</param>
    /// <param name="reported">The last report that the job's grain has taken from this process; null: none.</param>
    /// <param name="now">The time of the decision.</param>
    public static RunAction Decide(DesiredRun? desired, ObservedRun? observed, RunReport? reported, DateTimeOffset now)
    {
        if (observed is { IsUnknown: true })
        {
            // To start could run it twice, and to stop could end what is right. Only what is never wanted again is
            // ended.
            return desired is null or { IsEnding: true } ? new RunAction.Stop() : new RunAction.Wait();
        }

        if (desired is null)
        {
            return observed switch
            {
                null => new RunAction.Wait(),
                _ when HasEnded(observed) => new RunAction.Forget(),
                _ => new RunAction.Stop(),
            };
        }

        if (observed is null)
        {
            return desired.ShouldRun
                ? StartWhenDue(desired, now)
                : ReportOnce(Confirmation(desired, now), reported);
        }

        return HasEnded(observed)
            ? AfterTheEnd(desired, observed, reported, now)
            : WhileItLives(desired, observed, reported, now);
    }

    private static RunAction WhileItLives(
        DesiredRun desired, ObservedRun observed, RunReport? reported, DateTimeOffset now)
    {
        var isWanted = desired.ShouldRun
            && observed.Attempt == desired.Attempt
            && observed.Generation == desired.Generation;
        if (!isWanted)
        {
            return new RunAction.Stop();
        }

        // An attempt that was recorded but never came up, because the server died in between, is started again; the
        // executor sees to it that it still runs once.
        return observed.Phase == RunPhase.Running
            ? ReportOnce(Seen(desired, observed), reported)
            : StartWhenDue(desired, now);
    }

    private static RunAction AfterTheEnd(
        DesiredRun desired, ObservedRun observed, RunReport? reported, DateTimeOffset now)
    {
        var report = ReportOnce(Seen(desired, observed), reported);
        if (report is RunAction.Report)
        {
            return report;
        }

        // An attempt is started once, and executors refuse what is older than the last one: only a later attempt,
        // under no older generation, can follow.
        var canFollow = desired.ShouldRun
            && desired.Attempt > observed.Attempt
            && desired.Generation >= observed.Generation;
        return canFollow ? StartWhenDue(desired, now) : new RunAction.Wait();
    }

    private static RunAction StartWhenDue(DesiredRun desired, DateTimeOffset now) =>
        desired.NotBefore is { } due && due > now ? new RunAction.Wait(due) : new RunAction.Start();

    private static RunAction ReportOnce(RunReport report, RunReport? reported) =>
        reported is not null && IsSameNews(report, reported) ? new RunAction.Wait() : new RunAction.Report(report);

    /// <summary>True: the two differ at most in their time and words.</summary>
    private static bool IsSameNews(RunReport report, RunReport other) =>
        report.Uid == other.Uid
        && report.Generation == other.Generation
        && report.Attempt == other.Attempt
        && report.Phase == other.Phase
        && report.ExitCode == other.ExitCode
        && report.IsUnwanted == other.IsUnwanted;

    private static bool HasEnded(ObservedRun observed) =>
        observed.Phase is RunPhase.Exited or RunPhase.Stopped or RunPhase.StartFailed;

    /// <summary>Nothing ever ran, or it was forgotten: nothing of an older generation runs.</summary>
    private static RunReport Confirmation(DesiredRun desired, DateTimeOffset now) => new()
    {
        Uid = desired.Uid,
        Generation = desired.Generation,
        Attempt = desired.Attempt,
        Phase = RunPhase.Stopped,
        At = now,
        IsUnwanted = desired.IsEnding,
    };

    /// <summary>
    /// What was seen, under the desired generation: either that one runs, or nothing runs, and so nothing older does.
    /// </summary>
    private static RunReport Seen(DesiredRun desired, ObservedRun observed) => new()
    {
        Uid = desired.Uid,
        Generation = desired.Generation,
        Attempt = observed.Attempt,
        Phase = observed.Phase,
        ExitCode = observed.ExitCode,
        Message = observed.Message,
        At = observed.At,
        IsUnwanted = desired.IsEnding,
    };
}
