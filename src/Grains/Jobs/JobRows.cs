using System.Runtime.CompilerServices;
using System.Text.Json;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Ports;

namespace Sluice.Grains.Jobs;

/// <summary>Reads stored rows of jobs. Pure.</summary>
public static class JobRows
{
    public static JobState Parse(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return JsonSerializer.Deserialize(row.Body.Span, GrainsJsonContext.Default.JobState) ?? JobState.Nothing;
    }

    /// <summary>
    /// What lists need of a row, in one pass that makes no objects: at a start all active rows are read, and a whole
    /// state of each costs several times that. Optimized at once, as a start is over before the runtime would.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static JobRowOutline Outline(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var outline = new JobRowOutline();
        var reader = new Utf8JsonReader(row.Body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRecord = reader.ValueTextEquals("record"u8);
            var isEnding = reader.ValueTextEquals("ending"u8);
            outline.MayRun |= reader.ValueTextEquals("managed"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isRecord && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRecord(ref reader, ref outline);
                outline.RecordJson = row.Body[start..(int)reader.BytesConsumed];
                continue;
            }

            reader.Skip();
            outline.MayRun |= isEnding && reader.BytesConsumed - start > "[]".Length;
        }

        return outline;
    }

    /// <summary>False: an external job, or one of which nothing is left to be ended. Cheap.</summary>
    public static bool MayRun(JobRow row) => Outline(row).MayRun;

    /// <summary>
    /// The record's bytes as clients see them, cut out of the row: it is stored in the form in which it is answered.
    /// </summary>
    public static ReadOnlyMemory<byte> RecordJson(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var reader = new Utf8JsonReader(row.Body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRecord = reader.ValueTextEquals("record"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isRecord)
            {
                return row.Body[start..(int)reader.BytesConsumed];
            }
        }

        throw new InvalidDataException($"the row of {row.Key} has no record");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadRecord(ref Utf8JsonReader reader, ref JobRowOutline outline)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.ValueSpan;
            reader.Read();
            switch (field.Length)
            {
                case 6 when field.SequenceEqual("status"u8):
                    outline.IsCompleted = reader.ValueTextEquals(JobStatus.Completed);
                    break;
                case 7 when field.SequenceEqual("gpu_req"u8):
                    outline.GpuReq = reader.GetInt32();
                    break;
                case 7 when field.SequenceEqual("gpu_lim"u8):
                    outline.GpuLim = reader.GetInt32();
                    break;
                case 12 when field.SequenceEqual("gpu_assigned"u8):
                    outline.GpuAssigned = reader.GetInt32();
                    break;
                case 16 when field.SequenceEqual("job_arrival_time"u8):
                    outline.ArrivedAt = reader.GetDouble();
                    break;
                case 20 when field.SequenceEqual("last_checkpoint_time"u8):
                    outline.LastCheckpointAt = reader.GetDouble();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }
}
