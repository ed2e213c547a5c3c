using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Sluice.Grains.Ports;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>
/// A list as rows: one a job, under its id, and a head. A large command is a row of its own, written only where it is
/// new, so that handing a job out costs the same whatever it says. Pure.
/// </summary>
public static class StageQueueRows
{
    /// <summary>
    /// Bytes from which on a command has a row of its own; one row a job is cheaper to add and to load.
    /// </summary>
    public const int LargeCommandBytes = 1_024;

    private const string Commands = "command";
    private const string Heads = "head";
    private const string Jobs = "job";

    /// <summary>Reads what was stored; commands come first, as rows are ordered.</summary>
    public static StageQueueState Read(ImmutableArray<OwnedRow> rows)
    {
        var head = StageQueueHead.Default;
        var jobs = new List<ListedJob>(rows.Length);
        var commands = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            switch (row.Collection)
            {
                case Commands:
                    commands.Add(row.Key, row.Body);
                    break;
                case Heads:
                    head = JsonSerializer.Deserialize(row.Body.Span, StageQueueJsonContext.Default.StageQueueHead)
                        ?? throw new InvalidDataException("the head of a list is empty");
                    break;
                case Jobs:
                    jobs.Add(ReadJob(row, commands));
                    break;
                default:
                    break;
            }
        }

        return StageQueueIndexes.Of(head, jobs);
    }

    /// <summary>What a draft changed, in the order of the keys: neighbours lie on the same pages.</summary>
    public static RowDifference Changed(StageQueueDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var upserts = ImmutableArray.CreateBuilder<OwnedRow>(draft.Changed.Count + 1);
        var deletes = ImmutableArray.CreateBuilder<(string, string)>();
        if (draft.IsHeadChanged)
        {
            upserts.Add(new(
                Heads,
                Heads,
                JsonSerializer.SerializeToUtf8Bytes(draft.Head, StageQueueJsonContext.Default.StageQueueHead)));
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, ListedJobWriter.Options);
        foreach (var id in draft.Changed)
        {
            var job = draft.Find(id)!;
            var key = id.ToString(CultureInfo.InvariantCulture);
            var isLarge = IsLarge(job);
            buffer.ResetWrittenCount();
            writer.Reset(buffer);
            ListedJobWriter.Write(writer, job, withCommand: !isLarge);
            writer.Flush();
            upserts.Add(new(Jobs, key, buffer.WrittenSpan.ToArray()));
            var before = draft.Before.Find(id);
            if (isLarge && before?.Command.Equals(job.Command) != true)
            {
                upserts.Add(new(Commands, key, job.Command));
            }
            else if (!isLarge && before is not null && IsLarge(before))
            {
                deletes.Add((Commands, key));
            }
        }

        upserts.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return new(upserts.DrainToImmutable(), deletes.DrainToImmutable());
    }

    private static bool IsLarge(ListedJob job) => job.Command.Length >= LargeCommandBytes;

    private static ListedJob ReadJob(OwnedRow row, Dictionary<string, ReadOnlyMemory<byte>> commands)
    {
        var id = long.Parse(row.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var job = ListedJobReader.Read(id, row.Body.Span);
        return job.Command.IsEmpty ? job with { Command = commands[row.Key] } : job;
    }
}
