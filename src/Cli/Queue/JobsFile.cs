using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Cli.Queue;

/// <summary>A job to add.</summary>
/// <param name="Id">Unique in its list.</param>
/// <param name="Stage">Where it waits; null: not said.</param>
/// <param name="Command">JSON in UTF-8.</param>
internal sealed record JobToAdd(long Id, int? Stage, ReadOnlyMemory<byte> Command);

/// <summary>Reads the jobs of a file one after the other. Only a single JSON object is ever held as a whole.</summary>
/// <param name="input">The file, from its beginning.</param>
/// <param name="name">What it is called in messages.</param>
/// <param name="format">How it tells jobs.</param>
internal sealed class JobsFile(Stream input, string name, JobsFormat format)
{
    /// <summary>Of one JSON object; what the server takes at a time. Longer lists are told by lines.</summary>
    public const int MaxObjectBytes = 64 * 1024 * 1024;

    private readonly LineReader _lines = new(input, name);
    private readonly JobReader _jobs = new(name);

    /// <exception cref="CliFailure">Something in it is no job; the message says where.</exception>
    public async IAsyncEnumerable<JobToAdd> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = format;
        var known = new HashSet<long>();
        while (await _lines.ReadAsync(cancellationToken) is { } line)
        {
            if (IsBlank(line.Span))
            {
                continue;
            }

            if (found == JobsFormat.Auto)
            {
                found = FormatOf(line);
            }

            if (found != JobsFormat.Object)
            {
                yield return Once(known, found == JobsFormat.Lines
                    ? _jobs.OfText(line, known.Count, _lines.Number)
                    : _jobs.OfJson(line, known.Count, _lines.Number));
                continue;
            }

            using var document = Parse(await _lines.ReadRestAsync(line, MaxObjectBytes, cancellationToken));
            foreach (var member in document.RootElement.EnumerateObject())
            {
                yield return Once(known, _jobs.OfMember(member));
            }
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(" \t\r"u8);

    /// <summary>An object a line names the parts of a job; the members of a single object are named by ids.</summary>
    private static JobsFormat FormatOf(ReadOnlyMemory<byte> line)
    {
        if (line.Span.TrimStart(" \t"u8) is not [(byte)'{', ..])
        {
            return JobsFormat.Lines;
        }

        try
        {
            using var document = JsonDocument.Parse(line, JobReader.Options);
            return document.RootElement.TryGetProperty(JobReader.CommandField, out _)
                || document.RootElement.TryGetProperty(JobReader.IdField, out _)
                    ? JobsFormat.JsonLines
                    : JobsFormat.Object;
        }
        catch (JsonException)
        {
            return JobsFormat.Object;
        }
    }

    private JobToAdd Once(HashSet<long> known, JobToAdd job) =>
        known.Add(job.Id) ? job : throw CliFailure.Refused($"{name}: the job id {job.Id} comes twice");

    private JsonDocument Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            if (!Utf8.IsValid(content.Span))
            {
                throw CliFailure.Refused($"{name} is not UTF-8 text");
            }

            var document = JsonDocument.Parse(content, JobReader.Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw CliFailure.Refused($"{name} must be a JSON object of jobs by their ids");
        }
        catch (JsonException exception)
        {
            throw CliFailure.Refused(
                $"{name} is neither a JSON object nor an object a line ({exception.Message}); see --format");
        }
    }
}
