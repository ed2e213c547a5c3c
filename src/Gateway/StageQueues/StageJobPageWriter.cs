using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>Writes a page of jobs, which may be long, in pieces.</summary>
internal static class StageJobPageWriter
{
    private const int FlushBytes = 64 * 1024;

    public static async Task SendAsync(HttpContext context, StageJobPage page)
    {
        JsonResponse.Start(context, StatusCodes.Status200OK, length: null);
        var pipe = context.Response.BodyWriter;
        await using var writer = new Utf8JsonWriter(pipe, JsonBuffer.Options);
        writer.WriteStartObject();
        writer.WriteStartArray("jobs"u8);
        foreach (var job in page.Jobs)
        {
            Write(writer, job);
            if (writer.BytesPending + pipe.UnflushedBytes < FlushBytes) continue;
            writer.Flush();
            // Completed: the client is gone, and nobody reads the rest.
            if ((await pipe.FlushAsync(context.RequestAborted)).IsCompleted) return;
        }

        writer.WriteEndArray();
        if (page.Next is { } next) writer.WriteNumber("next"u8, next);
        else writer.WriteNull("next"u8);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, StageJobView job)
    {
        writer.WriteStartObject();
        writer.WriteNumber("jobid"u8, job.JobId);
        writer.WriteNumber("jobstage"u8, job.Stage);
        writer.WritePropertyName("jobcmd"u8);
        writer.WriteRawValue(job.Command.Span, skipInputValidation: true);
        writer.WriteString("filename"u8, job.FileName);
        writer.WriteString("date_committed"u8, job.Since.UtcDateTime);
        writer.WriteBoolean("handed_out"u8, job.IsHandedOut);
        WriteTime(writer, "until"u8, job.Until);
        WriteTime(writer, "flagged_at"u8, job.FlaggedAt);
        writer.WriteNumber("failed_attempts"u8, job.FailedAttempts);
        writer.WriteEndObject();
    }

    /// <summary>ISO 8601, in UTC.</summary>
    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } instant) writer.WriteString(name, instant.UtcDateTime);
        else writer.WriteNull(name);
    }
}
