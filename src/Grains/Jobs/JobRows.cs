using System.Text.Json;
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

    /// <summary>False: an external job, or one of which nothing is left to be ended. Cheap.</summary>
    public static bool MayRun(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var reader = new Utf8JsonReader(row.Body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("managed"u8))
            {
                return true;
            }

            var isEnding = reader.ValueTextEquals("ending"u8);
            reader.Read();
            if (isEnding && reader.TokenType == JsonTokenType.StartArray && reader.Read()
                && reader.TokenType != JsonTokenType.EndArray)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

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
}
