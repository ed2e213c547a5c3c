namespace Sluice.Cli.Queue;

/// <summary>How far a list is, as the server tells it.</summary>
internal sealed record QueueReport(
    int JobCount, IReadOnlyList<StageReport> Stages, int LastStage, double Progress, int Flagged)
{
    /// <summary>
    /// True: there are jobs, and each has come to the stage or a higher one and is in nobody's hands. Never where the
    /// stage is 0, in which all begin.
    /// </summary>
    public bool IsDone(int stage) => stage > 0 && JobCount > 0
        && Stages.Where(one => one.Stage >= stage).Sum(one => one.JobCount - one.HandedOut) == JobCount;
}

/// <param name="Stage">From 0.</param>
/// <param name="JobCount">Jobs in it.</param>
/// <param name="HandedOut">Of them those in a worker's hands.</param>
/// <param name="Flagged">Of them those over their time.</param>
/// <param name="LifetimeMinutes">0: no limit; null: none was set.</param>
internal sealed record StageReport(int Stage, int JobCount, int HandedOut, int Flagged, double? LifetimeMinutes);

/// <summary>A page of jobs, as the server tells them.</summary>
internal sealed record QueuedJobPage(IReadOnlyList<QueuedJob> Jobs, long? Next);

/// <param name="Jobid">Unique in its list.</param>
/// <param name="Jobstage">Where it is.</param>
/// <param name="Jobcmd">Its command.</param>
/// <param name="Filename">The save path; null: none was given.</param>
/// <param name="DateCommitted">When it came into its stage.</param>
/// <param name="HandedOut">True: in a worker's hands.</param>
/// <param name="Until">When it is over its time; null: never.</param>
/// <param name="FlaggedAt">When it was found to be; null: it is not.</param>
/// <param name="FailedAttempts">Hand-outs that were taken back.</param>
internal sealed record QueuedJob(
    long Jobid, int Jobstage, System.Text.Json.JsonElement Jobcmd, string? Filename, DateTimeOffset DateCommitted,
    bool HandedOut, DateTimeOffset? Until, DateTimeOffset? FlaggedAt, int FailedAttempts);
