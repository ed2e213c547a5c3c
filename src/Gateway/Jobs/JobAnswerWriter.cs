using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Jobs;

/// <summary>Makes HTTP answers of what a job's grain answers.</summary>
internal static class JobAnswerWriter
{
    public const string NotFound = "Job not found";

    private static readonly JobRecordJsonConverter RecordConverter = new();

    /// <summary>The answer to a write: a message and the record, or what was wrong.</summary>
    public static void Send(HttpContext context, int doneStatus, JsonEncodedText message, JobAnswer answer)
    {
        if (answer.Outcome is not JobOutcome.Done)
        {
            SendRefusal(context, answer);
            return;
        }

        var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteString("message"u8, message);
        if (answer.Job is { } job) WriteJob(writer, job);
        if (answer.Resize is { } resize)
        {
            writer.WriteStartObject("resize"u8);
            writer.WriteNumber("gpus"u8, resize.Gpus);
            writer.WriteNumber("generation"u8, resize.Generation);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        JsonResponse.Send(context, doneStatus, buffer);
    }

    /// <summary>The record by itself.</summary>
    public static void SendRecord(HttpContext context, JobRecord? job)
    {
        if (job is null)
        {
            JsonResponse.SendError(context, StatusCodes.Status404NotFound, NotFound);
            return;
        }

        var buffer = JsonBuffer.Rent();
        RecordConverter.Write(buffer.Writer, job, JsonSerializerOptions.Default);
        JsonResponse.Send(context, StatusCodes.Status200OK, buffer);
    }

    /// <summary>Writes the field <c>job</c>.</summary>
    public static void WriteJob(Utf8JsonWriter writer, JobRecord job)
    {
        writer.WritePropertyName("job"u8);
        RecordConverter.Write(writer, job, JsonSerializerOptions.Default);
    }

    private static void SendRefusal(HttpContext context, JobAnswer answer)
    {
        var (status, text) = answer.Outcome switch
        {
            JobOutcome.NotFound => (StatusCodes.Status404NotFound, NotFound),
            JobOutcome.AlreadyExists => (StatusCodes.Status400BadRequest, "Job with this job_name already exists"),
            JobOutcome.Invalid => (StatusCodes.Status400BadRequest, answer.Problem ?? "a value is out of range"),
            JobOutcome.OperationReused => (
                StatusCodes.Status422UnprocessableEntity, "Idempotency-Key was used for another request"),
            JobOutcome.Conflict => (
                StatusCodes.Status409Conflict, answer.Problem ?? "the job's state does not allow it"),
            JobOutcome.TooLarge => (
                StatusCodes.Status413PayloadTooLarge, "the record must be at most 65536 bytes"),
            _ => throw new InvalidOperationException($"{answer.Outcome} is no answer of a job"),
        };
        JsonResponse.SendError(context, status, text);
    }
}
