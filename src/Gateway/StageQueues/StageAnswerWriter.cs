using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>Makes HTTP answers of what a list's grain answers.</summary>
internal static class StageAnswerWriter
{
    private const string KeyReused = "Idempotency-Key was used for another request";
    private const string LeaseOver = "the lease is over: the job was taken back";

    /// <summary>The job, with its lease as a header.</summary>
    public static void SendHandOut(
        HttpContext context, StageList list, HandOutAnswer answer, double? leaseSeconds, DateTimeOffset now)
    {
        switch (answer.Outcome)
        {
            case HandOutOutcome.Done when answer.Job is { } job:
                context.Response.Headers[StageRequestChecks.LeaseHeader] = job.Lease;
                if (leaseSeconds is { } asked && SecondsLeft(job.LeaseUntil, now, asked) is { } left)
                {
                    context.Response.Headers[StageRequestChecks.LeaseSecondsHeader] =
                        left.ToString(CultureInfo.InvariantCulture);
                }

                SendJob(context, list, job);
                break;
            case HandOutOutcome.NoneWaits:
                var buffer = JsonBuffer.Rent();
                buffer.Writer.WriteStringValue("nada"u8);
                JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
                break;
            case HandOutOutcome.KeyReused:
                JsonResponse.SendError(context, StatusCodes.Status422UnprocessableEntity, KeyReused);
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer to who asks for a job");
        }
    }

    /// <summary>What became of an update.</summary>
    public static void SendMove(HttpContext context, MoveStageJob command, MoveAnswer answer)
    {
        switch (answer.Outcome)
        {
            case MoveOutcome.Done:
                TextResponse.Send(
                    context, StatusCodes.Status200OK,
                    $"Success, job {command.JobId} was updated to stage {command.Stage}!");
                break;
            case MoveOutcome.NotFound:
                // Clients of the original, who know of no lease, walk over ids that may not exist.
                TextResponse.Send(
                    context, command.Lease is null ? StatusCodes.Status200OK : StatusCodes.Status404NotFound,
                    $"No job {command.JobId} in this list, nothing was updated!");
                break;
            case MoveOutcome.LeaseOver:
                JsonResponse.SendError(context, StatusCodes.Status409Conflict, answer.Problem ?? LeaseOver);
                break;
            case MoveOutcome.KeyReused:
                JsonResponse.SendError(context, StatusCodes.Status422UnprocessableEntity, KeyReused);
                break;
            case MoveOutcome.TooLarge:
                SendTooMuch(context, answer.Problem);
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer to an update");
        }
    }

    /// <summary>How long a lease lasts from now on.</summary>
    public static void SendLease(
        HttpContext context, long jobId, ExtendLeaseAnswer answer, double? seconds, DateTimeOffset now)
    {
        switch (answer.Outcome)
        {
            case MoveOutcome.Done:
                var buffer = JsonBuffer.Rent();
                buffer.Writer.WriteStartObject();
                buffer.Writer.WritePropertyName("lease_seconds"u8);
                if (SecondsLeft(answer.Until, now, seconds) is { } left) buffer.Writer.WriteNumberValue(left);
                else buffer.Writer.WriteNullValue();
                buffer.Writer.WriteEndObject();
                JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
                break;
            case MoveOutcome.NotFound:
                JsonResponse.SendError(
                    context, StatusCodes.Status404NotFound, $"there is no job {jobId} in this list");
                break;
            case MoveOutcome.LeaseOver:
                JsonResponse.SendError(context, StatusCodes.Status409Conflict, answer.Problem ?? LeaseOver);
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer to a heartbeat");
        }
    }

    public static void SendAdded(HttpContext context, StageList list, AddStageJobsAnswer answer)
    {
        switch (answer.Outcome)
        {
            case AddStageJobsOutcome.Done:
                TextResponse.Send(context, StatusCodes.Status200OK, $"Accepted to {list.Number}!");
                break;
            case AddStageJobsOutcome.TooMany:
                SendTooMuch(context, answer.Problem);
                break;
            default:
                throw new InvalidOperationException($"{answer.Outcome} is no answer to new jobs");
        }
    }

    /// <summary>By stage, in their order.</summary>
    public static void SendLifetimes(HttpContext context, StageLifetimes lifetimes)
    {
        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        for (var stage = 0; stage < lifetimes.Minutes.Length; stage++)
        {
            buffer.Writer.WriteNumber(stage.ToString(CultureInfo.InvariantCulture), lifetimes.Minutes[stage]);
        }

        buffer.Writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    /// <summary>One of them; 0, no limit, where none was set.</summary>
    public static void SendLifetime(HttpContext context, StageLifetimes lifetimes, int stage)
    {
        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteNumberValue(stage < lifetimes.Minutes.Length ? lifetimes.Minutes[stage] : 0);
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    public static void SendCheck(HttpContext context, StageCheck check, bool tellsMoved)
    {
        var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        buffer.Writer.WriteNumber("Are all simulations within time frame?"u8, check.Flagged == 0 ? 1 : 0);
        if (tellsMoved) buffer.Writer.WriteNumber("n_bad_jobs were degraded:"u8, check.Moved);
        buffer.Writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    public static void SendSettings(HttpContext context, StageQueueSettings settings)
    {
        var buffer = JsonBuffer.Rent();
        WriteSettings(buffer.Writer, settings);
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    public static void SendProgress(HttpContext context, StageQueueProgress progress)
    {
        var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("job_count"u8, progress.JobCount);
        writer.WriteStartArray("stages"u8);
        foreach (var stage in progress.Stages)
        {
            writer.WriteStartObject();
            writer.WriteNumber("stage"u8, stage.Stage);
            writer.WriteNumber("job_count"u8, stage.JobCount);
            writer.WriteNumber("handed_out"u8, stage.HandedOutCount);
            writer.WriteNumber("flagged"u8, stage.FlaggedCount);
            if (stage.LifetimeMinutes is { } minutes) writer.WriteNumber("lifetime_minutes"u8, minutes);
            else writer.WriteNull("lifetime_minutes"u8);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("last_stage"u8, progress.LastStage);
        writer.WriteNumber("progress"u8, progress.Fraction);
        writer.WriteNumber("flagged"u8, progress.FlaggedCount);
        writer.WritePropertyName("settings"u8);
        WriteSettings(writer, progress.Settings);
        writer.WriteString("version"u8, progress.Version);
        writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    private static void SendTooMuch(HttpContext context, string? problem) => JsonResponse.SendError(
        context, StatusCodes.Status413PayloadTooLarge,
        problem ?? "the list would hold more than it may; nothing was changed");

    private static void SendJob(HttpContext context, StageList list, HandedOutJob job)
    {
        var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("jobid"u8, job.JobId);
        writer.WritePropertyName("jobcmd"u8);
        writer.WriteRawValue(job.Command.Span, skipInputValidation: true);
        writer.WriteNumber("jobstage"u8, job.Stage);
        writer.WritePropertyName("jobix"u8);
        // A number of more digits than any type of number holds.
        writer.WriteRawValue(list.Number, skipInputValidation: true);
        writer.WriteNumber("failed_attempts"u8, job.FailedAttempts);
        writer.WriteEndObject();
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    private static void WriteSettings(Utf8JsonWriter writer, StageQueueSettings settings)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("redeliver"u8, settings.Redeliver);
        writer.WriteNumber("max_attempts"u8, settings.MaxAttempts);
        writer.WriteEndObject();
    }

    /// <summary>
    /// Whole seconds, as the way here took some of the first; never more than were asked for. Null: it never ends.
    /// </summary>
    private static double? SecondsLeft(DateTimeOffset? until, DateTimeOffset now, double? asked) => until is { } end
        ? Math.Min(Math.Max(0, Math.Ceiling((end - now).TotalSeconds)), asked ?? double.MaxValue)
        : null;
}
