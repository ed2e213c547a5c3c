using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>
/// Writes the stored form of a job, which <see cref="ListedJobReader"/> reads. By hand: a command is kept byte for
/// byte, and as each hand-out and each move writes a row, names are short. Times are milliseconds since 1970. Pure.
/// </summary>
public static class ListedJobWriter
{
    /// <summary>A command lies some levels deep in its row.</summary>
    public const int MaxDepth = Interfaces.StageQueues.StageQueueLimits.MaxCommandDepth + 8;

    public static readonly JsonWriterOptions Options = new()
    {
        SkipValidation = true,
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a job, without its command where that is stored elsewhere.</summary>
    public static void Write(Utf8JsonWriter writer, ListedJob job, bool withCommand)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(job);
        writer.WriteStartObject();
        writer.WriteNumber("stage"u8, job.Stage);
        Write(writer, "since"u8, job.Since);
        if (withCommand)
        {
            WriteCommand(writer, job.Command);
        }

        Write(writer, "file"u8, job.FileName);
        WriteCount(writer, "n"u8, job.HandOuts);
        Write(writer, "flagged"u8, job.FlaggedAt);
        WriteCount(writer, "failed"u8, job.FailedAttempts);
        if (job.Hand is { } hand)
        {
            writer.WriteStartObject("hand"u8);
            writer.WriteNumber("from"u8, hand.From);
            Write(writer, "op"u8, hand.OperationId);
            if (hand.LeaseSeconds is { } seconds)
            {
                writer.WriteNumber("lease"u8, seconds);
            }

            Write(writer, "until"u8, hand.LeaseUntil);
            Write(writer, "renewed"u8, hand.RenewedAt);
            writer.WriteEndObject();
        }

        WriteKeys(writer, job.Keys);
        WriteMoves(writer, job.Moves);
        foreach (var field in job.Unknown)
        {
            writer.WritePropertyName(field.Name);
            writer.WriteRawValue(field.Json.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter writer, ImmutableArray<HandOutKey> keys)
    {
        if (keys.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("keys"u8);
        foreach (var key in keys)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key.Key);
            Write(writer, "at"u8, key.At);
            writer.WriteString("request"u8, key.Request);
            writer.WriteNumber("from"u8, key.From);
            writer.WriteNumber("n"u8, key.HandOut);
            Write(writer, "until"u8, key.Until);
            WriteCount(writer, "failed"u8, key.FailedAttempts);
            if (key.Command is { } command)
            {
                WriteCommand(writer, command);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteMoves(Utf8JsonWriter writer, ImmutableArray<DoneMove> moves)
    {
        if (moves.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("moves"u8);
        foreach (var move in moves)
        {
            writer.WriteStartObject();
            Write(writer, "at"u8, move.At);
            writer.WriteNumber("stage"u8, move.Stage);
            WriteCount(writer, "back"u8, move.IsGivenBack ? 1 : 0);
            WriteCount(writer, "n"u8, move.HandOut ?? 0);
            Write(writer, "op"u8, move.OperationId);
            Write(writer, "caller"u8, move.Caller);
            Write(writer, "request"u8, move.Request);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteCommand(Utf8JsonWriter writer, ReadOnlyMemory<byte> command)
    {
        writer.WritePropertyName("cmd"u8);
        writer.WriteRawValue(command.Span, skipInputValidation: true);
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            writer.WriteNumber(name, at.ToUnixTimeMilliseconds());
        }
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteCount(Utf8JsonWriter writer, ReadOnlySpan<byte> name, int count)
    {
        if (count != 0)
        {
            writer.WriteNumber(name, count);
        }
    }
}
