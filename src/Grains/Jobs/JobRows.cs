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
