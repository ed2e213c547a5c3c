using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Grains.Ports;

namespace Sluice.Grains.Events;

/// <summary>What is stored of an event beside its columns; fields as those of <c>ClusterEvent</c>. Pure.</summary>
public sealed record EventDetails
{
    /// <summary>Longer reasons are cut: programs may say anything of how they ended.</summary>
    public const int MaxReasonLength = 1_000;

    public required string Reason { get; init; }

    public int? GpusBefore { get; init; }

    public int? GpusAfter { get; init; }

    public long? Generation { get; init; }

    public int? Attempt { get; init; }

    public int? Restarts { get; init; }

    public int? ExitCode { get; init; }

    public double? LostSeconds { get; init; }

    /// <summary>Null: false.</summary>
    public bool? AtCheckpoint { get; init; }

    public string? Node { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Fields that a newer version wrote.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>An event of a job.</summary>
    public NewEvent OfJob(string kind, string jobName, string uid, DateTimeOffset at) =>
        New(kind, at) with { JobName = jobName, Uid = uid };

    /// <summary>An event of no job.</summary>
    public NewEvent New(string kind, DateTimeOffset at) => new()
    {
        At = at,
        Kind = kind,
        Body = JsonSerializer.SerializeToUtf8Bytes(
            this with { Reason = OneLine(Reason) }, GrainsJsonContext.Default.EventDetails),
    };

    private static string OneLine(string reason)
    {
        var line = reason.ReplaceLineEndings(" ").Trim();
        return line.Length <= MaxReasonLength ? line : string.Concat(line.AsSpan(0, MaxReasonLength - 1), "…");
    }
}
