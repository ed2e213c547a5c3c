using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>
/// The stored form of a job. Written by hand: a command is kept byte for byte, a list of 100,000 jobs is read at once,
/// and each hand-out and move writes a row, so names are short. Times are milliseconds since 1970. Fields that are not
/// known are kept. Pure.
/// </summary>
public static class ListedJobJson
{
    /// <summary>A command, in a field of a row, in one of a key.</summary>
    private const int MaxDepth = Interfaces.StageQueues.StageQueueLimits.MaxCommandDepth + 8;

    public static readonly JsonWriterOptions WriterOptions = new()
    {
        SkipValidation = true,
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(Utf8JsonWriter writer, ListedJob job)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(job);
        writer.WriteStartObject();
        writer.WriteNumber("stage"u8, job.Stage);
        Write(writer, "since"u8, job.Since);
        WriteCommand(writer, job.Command);
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

    public static ListedJob Read(long id, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        var job = new JobFields();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref reader, json, ref job);
        }

        return new()
        {
            Id = id,
            Stage = job.Stage,
            Since = job.Since,
            Command = job.Command,
            FileName = job.FileName,
            HandOuts = job.HandOuts,
            FlaggedAt = job.FlaggedAt,
            FailedAttempts = job.FailedAttempts,
            Hand = job.Hand,
            Keys = job.Keys.IsDefault ? [] : job.Keys,
            Moves = job.Moves.IsDefault ? [] : job.Moves,
            Unknown = job.Unknown.IsDefault ? [] : job.Unknown,
        };
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
            WriteCount(writer, "n"u8, move.HandOut ?? 0);
            Write(writer, "op"u8, move.OperationId);
            Write(writer, "caller"u8, move.Caller);
            Write(writer, "request"u8, move.Request);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref JobFields job)
    {
        var name = reader.ValueSpan;
        reader.Read();
        switch (name)
        {
            case var _ when name.SequenceEqual("stage"u8):
                job.Stage = reader.GetInt32();
                break;
            case var _ when name.SequenceEqual("since"u8):
                job.Since = Time(ref reader);
                break;
            case var _ when name.SequenceEqual("cmd"u8):
                job.Command = Raw(ref reader, json);
                break;
            case var _ when name.SequenceEqual("file"u8):
                job.FileName = reader.GetString();
                break;
            case var _ when name.SequenceEqual("n"u8):
                job.HandOuts = reader.GetInt32();
                break;
            case var _ when name.SequenceEqual("flagged"u8):
                job.FlaggedAt = Time(ref reader);
                break;
            case var _ when name.SequenceEqual("failed"u8):
                job.FailedAttempts = reader.GetInt32();
                break;
            case var _ when name.SequenceEqual("hand"u8):
                job.Hand = ReadHand(ref reader);
                break;
            case var _ when name.SequenceEqual("keys"u8):
                job.Keys = ReadKeys(ref reader, json);
                break;
            case var _ when name.SequenceEqual("moves"u8):
                job.Moves = ReadMoves(ref reader);
                break;
            default:
                job.Unknown = (job.Unknown.IsDefault ? [] : job.Unknown).Add(
                    new(System.Text.Encoding.UTF8.GetString(name), Raw(ref reader, json)));
                break;
        }
    }

    private static JobHand ReadHand(ref Utf8JsonReader reader)
    {
        var hand = new JobHand { From = 0 };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            switch (name)
            {
                case var _ when name.SequenceEqual("from"u8):
                    hand = hand with { From = reader.GetInt32() };
                    break;
                case var _ when name.SequenceEqual("op"u8):
                    hand = hand with { OperationId = reader.GetString() };
                    break;
                case var _ when name.SequenceEqual("lease"u8):
                    hand = hand with { LeaseSeconds = reader.GetDouble() };
                    break;
                case var _ when name.SequenceEqual("until"u8):
                    hand = hand with { LeaseUntil = Time(ref reader) };
                    break;
                case var _ when name.SequenceEqual("renewed"u8):
                    hand = hand with { RenewedAt = Time(ref reader) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return hand;
    }

    private static ImmutableArray<HandOutKey> ReadKeys(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var keys = ImmutableArray.CreateBuilder<HandOutKey>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var key = new HandOutKey { Key = "", At = default, Request = "", From = 0, HandOut = 0 };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                key = ReadKeyField(ref reader, json, key);
            }

            keys.Add(key);
        }

        return keys.DrainToImmutable();
    }

    private static HandOutKey ReadKeyField(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, HandOutKey key)
    {
        var name = reader.ValueSpan;
        reader.Read();
        switch (name)
        {
            case var _ when name.SequenceEqual("key"u8):
                return key with { Key = reader.GetString()! };
            case var _ when name.SequenceEqual("at"u8):
                return key with { At = Time(ref reader) };
            case var _ when name.SequenceEqual("request"u8):
                return key with { Request = reader.GetString()! };
            case var _ when name.SequenceEqual("from"u8):
                return key with { From = reader.GetInt32() };
            case var _ when name.SequenceEqual("n"u8):
                return key with { HandOut = reader.GetInt32() };
            case var _ when name.SequenceEqual("until"u8):
                return key with { Until = Time(ref reader) };
            case var _ when name.SequenceEqual("failed"u8):
                return key with { FailedAttempts = reader.GetInt32() };
            case var _ when name.SequenceEqual("cmd"u8):
                return key with { Command = Raw(ref reader, json) };
            default:
                reader.Skip();
                return key;
        }
    }

    private static ImmutableArray<DoneMove> ReadMoves(ref Utf8JsonReader reader)
    {
        var moves = ImmutableArray.CreateBuilder<DoneMove>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var move = new DoneMove { At = default, Stage = 0 };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                move = ReadMoveField(ref reader, move);
            }

            moves.Add(move);
        }

        return moves.DrainToImmutable();
    }

    private static DoneMove ReadMoveField(ref Utf8JsonReader reader, DoneMove move)
    {
        var name = reader.ValueSpan;
        reader.Read();
        switch (name)
        {
            case var _ when name.SequenceEqual("at"u8):
                return move with { At = Time(ref reader) };
            case var _ when name.SequenceEqual("stage"u8):
                return move with { Stage = reader.GetInt32() };
            case var _ when name.SequenceEqual("n"u8):
                return move with { HandOut = reader.GetInt32() };
            case var _ when name.SequenceEqual("op"u8):
                return move with { OperationId = reader.GetString() };
            case var _ when name.SequenceEqual("caller"u8):
                return move with { Caller = reader.GetString() };
            case var _ when name.SequenceEqual("request"u8):
                return move with { Request = reader.GetString() };
            default:
                reader.Skip();
                return move;
        }
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

    private static DateTimeOffset Time(ref Utf8JsonReader reader) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64());

    /// <summary>A value's bytes as they stand.</summary>
    private static byte[] Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed].ToArray();
    }

    private ref struct JobFields
    {
        public int Stage;
        public DateTimeOffset Since;
        public byte[]? Command;
        public string? FileName;
        public int HandOuts;
        public DateTimeOffset? FlaggedAt;
        public int FailedAttempts;
        public JobHand? Hand;
        public ImmutableArray<HandOutKey> Keys;
        public ImmutableArray<DoneMove> Moves;
        public ImmutableArray<UnknownField> Unknown;
    }
}
