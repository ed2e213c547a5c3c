using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Sluice.Gateway.OpenApi;

// These types only describe; tests hold what is sent against them.

[Description("Why a job is where it is. A null field does not apply.")]
internal sealed record ExplainedJob(
    [property: JsonPropertyName("job")] JobDetails Job,
    [property: JsonPropertyName("allocation"), Description("Null: it is external or has ended.")]
    AllocationOutlook? Allocation,
    [property: JsonPropertyName("events"), Description("The last 100 of the job, newest last.")]
    IReadOnlyList<Happened> Events);

[Description("What a job has, and what is likely to follow.")]
internal sealed record AllocationOutlook(
    [property: JsonPropertyName("decided")] DecidedAllocation Decided,
    [property: JsonPropertyName("decided_at")] DateTimeOffset DecidedAt,
    [property: JsonPropertyName("queue"), Description("Null: it does not wait.")] QueuePlace? Queue,
    [property: JsonPropertyName("outlook")] JobOutlook Outlook,
    [property: JsonPropertyName("pace"), Description("Measured speeds, fewest GPUs first.")]
    IReadOnlyList<MeasuredPace> Pace,
    [property: JsonPropertyName("restart_seconds"), Description("Median from a start to the first epoch.")]
    double? RestartSeconds,
    [property: JsonPropertyName("expected"), Description("The next changes if nobody comes and nobody fails.")]
    IReadOnlyList<ExpectedChange> Expected,
    [property: JsonPropertyName("is_cut_short"), Description("True: what is missing has no time.")] bool IsCutShort);

internal sealed record QueuePlace(
    [property: JsonPropertyName("position"), Description("From 1.")] int Position,
    [property: JsonPropertyName("length"), Description("Jobs that wait.")] int Length,
    [property: JsonPropertyName("needed_gpus"), Description("In all, the least with which it starts.")] int NeededGpus,
    [property: JsonPropertyName("free_gpus"), Description("On all nodes together.")] int FreeGpus);

[Description("What becomes of a job if nobody comes, nobody fails, and all go on at the speed they showed.")]
internal sealed record JobOutlook(
    [property: JsonPropertyName("job_name")] string JobName,
    [property: JsonPropertyName("starts_at"), Description("Null: it runs already, or nobody can tell.")]
    DateTimeOffset? StartsAt,
    [property: JsonPropertyName("start_gpus"), Description("In all.")] int? StartGpus,
    [property: JsonPropertyName("ends_at"), Description("Null: nobody can tell.")] DateTimeOffset? EndsAt,
    [property: JsonPropertyName("is_measured"), Description("True: by its own checkpoints.")] bool IsMeasured,
    [property: JsonPropertyName("basis"), Description("On what it rests, or why there is no estimate.")] string Basis);

internal sealed record MeasuredPace(
    [property: JsonPropertyName("gpu_count"), Description("In all.")] int GpuCount,
    [property: JsonPropertyName("seconds_per_epoch")] double SecondsPerEpoch);

internal sealed record ExpectedChange(
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("job_name")] string JobName,
    [property: JsonPropertyName("gpus_before"), Description("In all.")] int GpusBefore,
    [property: JsonPropertyName("gpus_after"), Description("In all; 0: it waits.")] int GpusAfter,
    [property: JsonPropertyName("reason")] string Reason);

[Description("What would happen if a job came now.")]
internal sealed record WhatIfItCame(
    [property: JsonPropertyName("job")] JobOutlook Job,
    [property: JsonPropertyName("queue"), Description("Null: it would start at once.")] QueuePlace? Queue,
    [property: JsonPropertyName("others"), Description("Jobs for which something would change.")]
    IReadOnlyList<ChangedOutlook> Others,
    [property: JsonPropertyName("expected"), Description("What would be decided, the first 64.")]
    IReadOnlyList<ExpectedChange> Expected,
    [property: JsonPropertyName("is_cut_short"), Description("True: what is missing has no time.")] bool IsCutShort);

internal sealed record ChangedOutlook(
    [property: JsonPropertyName("without")] JobOutlook Without,
    [property: JsonPropertyName("with")] JobOutlook With,
    [property: JsonPropertyName("gpus_at_once"), Description("In all, that it would be changed to; null: not at once.")]
    int? GpusAtOnce);
