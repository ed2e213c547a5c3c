using System.Text.Json;

namespace Sluice.Cli.Queue;

/// <summary>Jobs as comma-separated values (RFC 4180), under the names that the server gives to their fields.</summary>
internal static class JobCsv
{
    private static readonly string[] Fields =
    [
        "jobid", "jobstage", "jobcmd", "filename", "date_committed", "handed_out", "until", "flagged_at",
        "failed_attempts",
    ];

    public static string Header { get; } = string.Join(',', Fields);

    /// <summary>A command that is a text comes as that text, any other as JSON; what is missing is empty.</summary>
    public static string Line(JsonElement job) => string.Join(',', Fields.Select(field => Quote(ValueOf(job, field))));

    private static string ValueOf(JsonElement job, string field) =>
        !job.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : value.GetRawText();

    private static string Quote(string value) =>
        value.AsSpan().ContainsAny(",\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
