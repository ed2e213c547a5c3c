using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Cli.Queue;

/// <summary>Reads single jobs, in the forms that a file may have.</summary>
/// <param name="name">What the file is called in messages.</param>
internal sealed class JobReader(string name)
{
    public const string IdField = "jobid";
    public const string CommandField = "jobcmd";
    private const string StageField = "jobstage";

    /// <summary>A command as deep as the server takes it, inside of a job, inside of an object of jobs.</summary>
    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = StageQueueLimits.MaxCommandDepth + 2 };

    /// <summary>A line of text: its command, with its place as its id.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="place">How many came before.</param>
    /// <param name="number">Of the line, from 1.</param>
    public JobToAdd OfText(ReadOnlyMemory<byte> line, int place, long number)
    {
        Must(Utf8.IsValid(line.Span), number, "is not UTF-8 text");
        var text = JsonEncodedText.Encode(line.Span, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return Checked(new(place, null, (byte[])[(byte)'"', .. text.EncodedUtf8Bytes, (byte)'"']), number);
    }

    /// <summary>A line that is a JSON object.</summary>
    public JobToAdd OfJson(ReadOnlyMemory<byte> line, int place, long number)
    {
        Must(Utf8.IsValid(line.Span), number, "is not UTF-8 text");
        try
        {
            using var document = JsonDocument.Parse(line, Options);
            var job = document.RootElement;
            Must(job.ValueKind == JsonValueKind.Object, number, "must be a JSON object");
            Must(job.TryGetProperty(CommandField, out var command), number, $"has no {CommandField}");
            long id = place;
            Must(
                !job.TryGetProperty(IdField, out var given) || TryReadId(given, out id), number,
                $"{IdField} must be an integer of 64 bits");
            return Checked(new(id, StageOf(job, number), Raw(command)), number);
        }
        catch (JsonException exception)
        {
            throw Failure(number, $"is no JSON ({exception.Message})");
        }
    }

    /// <summary>A member of a JSON object: the id and the rest.</summary>
    public JobToAdd OfMember(JsonProperty member)
    {
        if (!long.TryParse(member.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
        {
            throw CliFailure.Refused($"{name}: the id of a job must be an integer of 64 bits, not '{member.Name}'");
        }

        if (member.Value.ValueKind != JsonValueKind.Object)
        {
            throw CliFailure.Refused($"{name}: job {id} must be a JSON object");
        }

        var command = member.Value.TryGetProperty(CommandField, out var given) ? Raw(given) : "null"u8.ToArray();
        return Checked(new(id, StageOf(member.Value, id, "job"), command), id, "job");
    }

    private static bool TryReadId(JsonElement element, out long id)
    {
        id = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out id);
    }

    private int? StageOf(JsonElement job, long number, string kind = "line")
    {
        if (!job.TryGetProperty(StageField, out var element))
        {
            return null;
        }

        var stage = -1.0;
        Must(
            element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out stage)
                && stage is >= 0 and <= StageQueueLimits.MaxStage && double.IsInteger(stage),
            number, $"{StageField} must be an integer from 0 to {StageQueueLimits.MaxStage}", kind);
        return (int)stage;
    }

    /// <summary>As it was written, byte for byte.</summary>
    private static byte[] Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();

    private JobToAdd Checked(JobToAdd job, long number, string kind = "line")
    {
        Must(
            job.Command.Length <= StageQueueLimits.MaxCommandBytes, number,
            $"has a command of more than {StageQueueLimits.MaxCommandBytes >> 10} KiB", kind);
        return job;
    }

    private void Must(bool holds, long number, string problem, string kind = "line")
    {
        if (!holds)
        {
            throw Failure(number, problem, kind);
        }
    }

    private CliFailure Failure(long number, string problem, string kind = "line") =>
        CliFailure.Refused(string.Create(CultureInfo.InvariantCulture, $"{name}: {kind} {number} {problem}"));
}
