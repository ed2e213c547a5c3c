using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Jobs;

/// <summary>The fields of a job record in a request's body, before anyone asks what they must be.</summary>
internal struct JobFields
{
    public TextField JobName;
    public NumberField GpuReq;
    public NumberField GpuLim;
    public NumberField GpuAssigned;
    public NumberField Replicas;
    public NumberField TotalEpochs;
    public NumberField JobArrivalTime;
    public NumberField LastCheckpointTime;
    public NumberField CompletedEpochs;
    public NumberField TimeBwCheckpoints;
    public TextField Status;
    public NumberField Restarts;

    /// <summary>No field of the record: read only where others are passed over.</summary>
    public TextField RunUid;

    private static readonly JsonWriterOptions CompactOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private bool _keepsExtra;
    private List<ExtraField>? _extra;
    private Dictionary<string, int>? _extraIndex;
    private string? _extraProblem;

    /// <summary>Fields that are not the record's own, in the order in which they came first.</summary>
    public readonly ImmutableArray<ExtraField> Extra =>
        _extra is null ? [] : [.. _extra.Where(extra => extra.Json.Length > 0)];

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body, as it came.</param>
    /// <param name="keepExtra">False: what is not the record's own is passed over.</param>
    /// <param name="fields">What was found.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Read(ReadOnlySpan<byte> body, bool keepExtra, out JobFields fields)
    {
        fields = new JobFields { _keepsExtra = keepExtra };
        return JsonBody.Read(body, ref fields, ReadField) ?? fields._extraProblem;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref JobFields fields)
    {
        if (name.SequenceEqual("job_name"u8)) fields.JobName.Read(ref reader);
        else if (name.SequenceEqual("gpu_req"u8)) fields.GpuReq.Read(ref reader);
        else if (name.SequenceEqual("gpu_lim"u8)) fields.GpuLim.Read(ref reader);
        else if (name.SequenceEqual("gpu_assigned"u8)) fields.GpuAssigned.Read(ref reader);
        else if (name.SequenceEqual("replicas"u8)) fields.Replicas.Read(ref reader);
        else if (name.SequenceEqual("total_epochs"u8)) fields.TotalEpochs.Read(ref reader);
        else if (name.SequenceEqual("job_arrival_time"u8)) fields.JobArrivalTime.Read(ref reader);
        else if (name.SequenceEqual("last_checkpoint_time"u8)) fields.LastCheckpointTime.Read(ref reader);
        else if (name.SequenceEqual("completed_epochs"u8)) fields.CompletedEpochs.Read(ref reader);
        else if (name.SequenceEqual("time_bw_checkpoints"u8)) fields.TimeBwCheckpoints.Read(ref reader);
        else if (name.SequenceEqual("status"u8)) fields.Status.Read(ref reader);
        else if (name.SequenceEqual("restarts"u8)) fields.Restarts.Read(ref reader);
        else if (fields._keepsExtra) fields.KeepExtra(ref reader, name);
        else if (name.SequenceEqual("sluice_run_uid"u8)) fields.RunUid.Read(ref reader);
        else JsonBody.Skip(ref reader);
    }

    private void KeepExtra(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        var key = Encoding.UTF8.GetString(name);
        if (reader.TokenType is JsonTokenType.Null)
        {
            // Missing, also where an earlier one of the same name was not.
            SetExtra(new(key, ""));
            return;
        }

        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, CompactOptions))
        {
            if (!WriteCompact(ref reader, writer))
            {
                _extraProblem ??= $"{JsonBody.Show(name)} must hold numbers that fit 64 bits";
            }
        }

        SetExtra(new(key, Encoding.UTF8.GetString(bytes.WrittenSpan)));
    }

    private void SetExtra(ExtraField field)
    {
        _extra ??= [];
        _extraIndex ??= new(StringComparer.Ordinal);
        if (_extraIndex.TryAdd(field.Name, _extra.Count)) _extra.Add(field);
        else _extra[_extraIndex[field.Name]] = field;
    }

    /// <summary>Writes a value without white space, numbers as they came. False: one of them is not finite.</summary>
    private static bool WriteCompact(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        var allFinite = true;
        var depth = reader.CurrentDepth;
        while (true)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject: writer.WriteStartObject(); break;
                case JsonTokenType.EndObject: writer.WriteEndObject(); break;
                case JsonTokenType.StartArray: writer.WriteStartArray(); break;
                case JsonTokenType.EndArray: writer.WriteEndArray(); break;
                case JsonTokenType.PropertyName: writer.WritePropertyName(reader.GetString()!); break;
                case JsonTokenType.String: writer.WriteStringValue(reader.GetString()); break;
                case JsonTokenType.True: writer.WriteBooleanValue(true); break;
                case JsonTokenType.False: writer.WriteBooleanValue(false); break;
                case JsonTokenType.Null: writer.WriteNullValue(); break;
                case JsonTokenType.Number:
                    allFinite &= reader.TryGetDouble(out var value) && double.IsFinite(value);
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }

            if (reader.CurrentDepth <= depth
                && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                return allFinite;
            }

            reader.Read();
        }
    }
}
