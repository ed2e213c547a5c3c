using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Sluice.Grains.Ports;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>A list as rows: one a job, under its id, and a head. Pure.</summary>
public static class StageQueueRows
{
    private const string Heads = "head";
    private const string Jobs = "job";

    /// <summary>Reads what was stored.</summary>
    public static StageQueueState Read(ImmutableArray<OwnedRow> rows)
    {
        var head = StageQueueHead.Default;
        var jobs = new List<ListedJob>(rows.Length);
        foreach (var row in rows)
        {
            switch (row.Collection)
            {
                case Jobs:
                    jobs.Add(ListedJobJson.Read(
                        long.Parse(row.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), row.Body.Span));
                    break;
                case Heads:
                    head = JsonSerializer.Deserialize(row.Body.Span, StageQueueJsonContext.Default.StageQueueHead)
                        ?? throw new InvalidDataException("the head of a list is empty");
                    break;
                default:
                    break;
            }
        }

        return StageQueueState.Of(head, jobs);
    }

    /// <summary>The rows that a draft changed, in the order of their keys: neighbours lie on the same pages.</summary>
    public static ImmutableArray<OwnedRow> Changed(StageQueueDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var rows = ImmutableArray.CreateBuilder<OwnedRow>(draft.Changed.Count + 1);
        if (draft.IsHeadChanged)
        {
            rows.Add(new(
                Heads,
                Heads,
                JsonSerializer.SerializeToUtf8Bytes(draft.Head, StageQueueJsonContext.Default.StageQueueHead)));
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, ListedJobJson.WriterOptions);
        foreach (var id in draft.Changed)
        {
            buffer.ResetWrittenCount();
            writer.Reset(buffer);
            ListedJobJson.Write(writer, draft.Find(id)!);
            writer.Flush();
            rows.Add(new(Jobs, id.ToString(CultureInfo.InvariantCulture), buffer.WrittenSpan.ToArray()));
        }

        rows.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return rows.DrainToImmutable();
    }
}
