using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>
/// Reads what <see cref="ListedJobWriter"/> wrote, in one pass: a list of 100,000 jobs is loaded at once. Optimized at
/// once, as that is over before the runtime would. Fields that a newer version wrote are kept. Pure.
/// </summary>
public static class ListedJobReader
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ListedJob Read(long id, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ListedJobWriter.MaxDepth });
        var fields = new Fields { Keys = [], Moves = [], Unknown = [] };
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref reader, json, ref fields);
        }

        return new()
        {
            Id = id,
            Stage = fields.Stage,
            Since = fields.Since,
            Command = fields.Command,
            FileName = fields.FileName,
            HandOuts = fields.HandOuts,
            FlaggedAt = fields.FlaggedAt,
            FailedAttempts = fields.FailedAttempts,
            Hand = fields.Hand,
            Keys = fields.Keys,
            Moves = fields.Moves,
            Unknown = fields.Unknown,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Fields fields)
    {
        var name = reader.ValueSpan;
        reader.Read();
        switch (name.Length)
        {
            case 1 when name[0] == 'n':
                fields.HandOuts = reader.GetInt32();
                break;
            case 3 when name.SequenceEqual("cmd"u8):
                fields.Command = Raw(ref reader, json);
                break;
            case 4 when name.SequenceEqual("file"u8):
                fields.FileName = reader.GetString();
                break;
            case 4 when name.SequenceEqual("hand"u8):
                fields.Hand = ReadHand(ref reader);
                break;
            case 4 when name.SequenceEqual("keys"u8):
                fields.Keys = ReadKeys(ref reader, json);
                break;
            case 5 when name.SequenceEqual("stage"u8):
                fields.Stage = reader.GetInt32();
                break;
            case 5 when name.SequenceEqual("since"u8):
                fields.Since = Time(ref reader);
                break;
            case 5 when name.SequenceEqual("moves"u8):
                fields.Moves = ReadMoves(ref reader);
                break;
            case 6 when name.SequenceEqual("failed"u8):
                fields.FailedAttempts = reader.GetInt32();
                break;
            case 7 when name.SequenceEqual("flagged"u8):
                fields.FlaggedAt = Time(ref reader);
                break;
            default:
                fields.Unknown = fields.Unknown.Add(new(Encoding.UTF8.GetString(name), Raw(ref reader, json)));
                break;
        }
    }

    private static JobHand ReadHand(ref Utf8JsonReader reader)
    {
        var hand = new JobHand { From = 0 };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "from":
                    hand = hand with { From = reader.GetInt32() };
                    break;
                case "op":
                    hand = hand with { OperationId = reader.GetString() };
                    break;
                case "lease":
                    hand = hand with { LeaseSeconds = reader.GetDouble() };
                    break;
                case "until":
                    hand = hand with { LeaseUntil = Time(ref reader) };
                    break;
                case "renewed":
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
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "key":
                return key with { Key = reader.GetString()! };
            case "at":
                return key with { At = Time(ref reader) };
            case "request":
                return key with { Request = reader.GetString()! };
            case "from":
                return key with { From = reader.GetInt32() };
            case "n":
                return key with { HandOut = reader.GetInt32() };
            case "until":
                return key with { Until = Time(ref reader) };
            case "failed":
                return key with { FailedAttempts = reader.GetInt32() };
            case "cmd":
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
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "at":
                return move with { At = Time(ref reader) };
            case "stage":
                return move with { Stage = reader.GetInt32() };
            case "back":
                return move with { IsGivenBack = reader.GetInt32() != 0 };
            case "n":
                return move with { HandOut = reader.GetInt32() };
            case "op":
                return move with { OperationId = reader.GetString() };
            case "caller":
                return move with { Caller = reader.GetString() };
            case "request":
                return move with { Request = reader.GetString() };
            default:
                reader.Skip();
                return move;
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

    private ref struct Fields
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
