using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>
/// The wire and stored form of a job record: the twelve documented fields in their order, then the extra ones.
/// Written by hand because extension data of the serializer cannot be immutable.
/// </summary>
public sealed class JobRecordJsonConverter : JsonConverter<JobRecord>
{
    /// <inheritdoc/>
    public override JobRecord Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = null;
        string? status = null;
        int req = 0, lim = 0, assigned = 0, replicas = 1, restarts = 0;
        Number total = Number.Of(0), arrival = default, last = default, completed = Number.Of(0);
        Number? between = null;
        ImmutableArray<ExtraField>.Builder? extra = null;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            reader.Read();
            switch (field)
            {
                case "job_name": name = reader.GetString(); break;
                case "gpu_req": req = reader.GetInt32(); break;
                case "gpu_lim": lim = reader.GetInt32(); break;
                case "gpu_assigned": assigned = reader.GetInt32(); break;
                case "replicas": replicas = reader.GetInt32(); break;
                case "total_epochs": total = ReadNumber(ref reader); break;
                case "job_arrival_time": arrival = ReadNumber(ref reader); break;
                case "last_checkpoint_time": last = ReadNumber(ref reader); break;
                case "completed_epochs": completed = ReadNumber(ref reader); break;
                case "time_bw_checkpoints":
                    between = reader.TokenType == JsonTokenType.Null ? null : ReadNumber(ref reader);
                    break;
                case "status": status = reader.GetString(); break;
                case "restarts": restarts = reader.GetInt32(); break;
                default:
                    using (var value = JsonDocument.ParseValue(ref reader))
                    {
                        (extra ??= ImmutableArray.CreateBuilder<ExtraField>())
                            .Add(new(field, value.RootElement.GetRawText()));
                    }

                    break;
            }
        }

        return new JobRecord
        {
            JobName = name ?? throw new JsonException("a job record without job_name"),
            GpuReq = req,
            GpuLim = lim,
            GpuAssigned = assigned,
            Replicas = replicas,
            TotalEpochs = total,
            JobArrivalTime = arrival,
            LastCheckpointTime = last,
            CompletedEpochs = completed,
            TimeBwCheckpoints = between,
            Status = status ?? throw new JsonException("a job record without status"),
            Restarts = restarts,
            Extra = extra?.ToImmutable() ?? [],
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JobRecord value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteString("job_name"u8, value.JobName);
        writer.WriteNumber("gpu_req"u8, value.GpuReq);
        writer.WriteNumber("gpu_lim"u8, value.GpuLim);
        writer.WriteNumber("gpu_assigned"u8, value.GpuAssigned);
        writer.WriteNumber("replicas"u8, value.Replicas);
        WriteNumber(writer, "total_epochs"u8, value.TotalEpochs);
        WriteNumber(writer, "job_arrival_time"u8, value.JobArrivalTime);
        WriteNumber(writer, "last_checkpoint_time"u8, value.LastCheckpointTime);
        WriteNumber(writer, "completed_epochs"u8, value.CompletedEpochs);
        if (value.TimeBwCheckpoints is { } between)
        {
            WriteNumber(writer, "time_bw_checkpoints"u8, between);
        }
        else
        {
            writer.WriteNull("time_bw_checkpoints"u8);
        }

        writer.WriteString("status"u8, value.Status);
        writer.WriteNumber("restarts"u8, value.Restarts);
        foreach (var field in value.Extra)
        {
            writer.WritePropertyName(field.Name);
            writer.WriteRawValue(field.Json, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static Number ReadNumber(ref Utf8JsonReader reader) =>
        reader.TryGetInt64(out var integer) ? Number.Of(integer) : Number.Of(reader.GetDouble());

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Number value)
    {
        writer.WritePropertyName(name);
        Converter.Write(writer, value, JsonSerializerOptions.Default);
    }

    private static readonly NumberJsonConverter Converter = new();
}
