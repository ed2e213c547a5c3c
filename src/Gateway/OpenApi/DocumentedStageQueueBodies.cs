using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Gateway.OpenApi;

// These types only describe, as those of DocumentedBodies.cs do.

[Description("A job to add. The body may be plain JSON, zlib data or gzip data.")]
internal sealed record StageJobToAdd(
    [property: JsonPropertyName("jobstage"), Description("The stage it waits in; 0 to 10,000.")] int JobStage)
{
    [JsonPropertyName("jobcmd"), Description("Any JSON value of at most 64 KiB; default null.")]
    public JsonElement? JobCommand { get; init; }
}

[Description("A job for a worker.")]
internal sealed record StageJobHandedOut(
    [property: JsonPropertyName("jobid")] long JobId,
    [property: JsonPropertyName("jobcmd"), Description("As it was set.")] JsonElement JobCommand,
    [property: JsonPropertyName("jobstage"), Description("The stage that it waited in.")] int JobStage,
    [property: JsonPropertyName("jobix"), Description("The list.")] long Jobix,
    [property: JsonPropertyName("failed_attempts"),
        Description("Hand-outs that were taken back since an update last moved the job to another stage.")]
    int FailedAttempts);

[Description("What replaces what is stored of a job. The body may be plain JSON, zlib data or gzip data.")]
internal sealed record StageJobChange
{
    [JsonPropertyName("filename"), Description("The save path, at most 4,096 characters.")]
    public string? FileName { get; init; }

    [JsonPropertyName("jobcmd"), Description("Any JSON value of at most 64 KiB.")]
    public JsonElement? JobCommand { get; init; }
}

internal sealed record LeaseLeft(
    [property: JsonPropertyName("lease_seconds"), Description("From now on; null: it never ends.")] double? Seconds);

internal sealed record StageCheckResult(
    [property: JsonPropertyName("Are all simulations within time frame?"),
        Description("0 where any job is over its time, otherwise positive.")]
    int WithinTime);

internal sealed record StageRedoResult(
    [property: JsonPropertyName("Are all simulations within time frame?"),
        Description("0 where any job was over its time, otherwise positive.")]
    int WithinTime,
    [property: JsonPropertyName("n_bad_jobs were degraded:"), Description("Jobs that were moved.")] int Moved);

[Description("How far a list is.")]
internal sealed record QueueProgress(
    [property: JsonPropertyName("job_count")] int JobCount,
    [property: JsonPropertyName("stages"), Description("Those that hold jobs or have a lifetime, in order.")]
    IReadOnlyList<QueueStage> Stages,
    [property: JsonPropertyName("last_stage"),
        Description("The highest that has a lifetime; where none has, the highest that holds a job.")]
    int LastStage,
    [property: JsonPropertyName("progress"), Description("0 to 1: the mean of stage by last stage.")] double Progress,
    [property: JsonPropertyName("flagged"), Description("Jobs over their time.")] int Flagged,
    [property: JsonPropertyName("settings")] QueueSettings Settings,
    [property: JsonPropertyName("version"), Description("Another one after every change.")] string Version);

internal sealed record QueueStage(
    [property: JsonPropertyName("stage")] int Stage,
    [property: JsonPropertyName("job_count")] int JobCount,
    [property: JsonPropertyName("handed_out"), Description("Jobs with workers.")] int HandedOut,
    [property: JsonPropertyName("flagged"), Description("Jobs over their time.")] int Flagged,
    [property: JsonPropertyName("lifetime_minutes"), Description("0 = no limit; null: none was set.")]
    double? LifetimeMinutes);

internal sealed record QueueSettings(
    [property: JsonPropertyName("redeliver"),
        Description("Whether what is with a worker for too long goes back by itself to the stage it came from.")]
    bool Redeliver,
    [property: JsonPropertyName("max_attempts"),
        Description("Failed attempts after which a job goes back no more and stays flagged; 0 = no limit.")]
    int MaxAttempts);

[Description("What is not given stays as it is.")]
internal sealed record QueueSettingsChange
{
    [JsonPropertyName("redeliver")]
    public bool? Redeliver { get; init; }

    [JsonPropertyName("max_attempts"), Description("0 to 1,000,000.")]
    public int? MaxAttempts { get; init; }
}

internal sealed record QueueJobPage(
    [property: JsonPropertyName("jobs")] IReadOnlyList<QueueJob> Jobs,
    [property: JsonPropertyName("next"), Description("To be sent as after; null: this was the last page.")] long? Next);

internal sealed record QueueJob(
    [property: JsonPropertyName("jobid")] long JobId,
    [property: JsonPropertyName("jobstage")] int JobStage,
    [property: JsonPropertyName("jobcmd")] JsonElement JobCommand,
    [property: JsonPropertyName("filename"), Description("The save path; null: none yet.")] string? FileName,
    [property: JsonPropertyName("date_committed"), Description("When it came into its stage.")]
    DateTimeOffset DateCommitted,
    [property: JsonPropertyName("handed_out"), Description("Whether a worker has it.")] bool IsHandedOut,
    [property: JsonPropertyName("until"), Description("When it is over its time; null: never.")] DateTimeOffset? Until,
    [property: JsonPropertyName("flagged_at"), Description("When it was found to be over its time; null: it is not.")]
    DateTimeOffset? FlaggedAt,
    [property: JsonPropertyName("failed_attempts"), Description("Hand-outs that were taken back.")] int FailedAttempts);

internal sealed record ListNumberForm(
    [property: JsonPropertyName("jobix"), Description("The list's secret number.")] string Jobix);
