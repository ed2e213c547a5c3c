using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Executors.Local;

/// <summary>What a runner is to run: <c>spec.json</c>, written by the server before the runner is started.</summary>
internal sealed record RunSpec
{
    private const double MaxGraceSeconds = 86_400;

    public required string Uid { get; init; }

    public required long Generation { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Where the ranks run, for people.</summary>
    public required string Placement { get; init; }

    public required double GraceSeconds { get; init; }

    public required long LogLimitBytes { get; init; }

    public required ImmutableArray<RankSpec> Ranks { get; init; }

    [JsonIgnore]
    public TimeSpan GracePeriod => TimeSpan.FromSeconds(GraceSeconds);

    /// <summary>False: it is valid JSON, but not what was written for this attempt.</summary>
    public bool IsSoundFor(string uid, int attempt) =>
        Uid == uid && Attempt == attempt && GraceSeconds is >= 0 and <= MaxGraceSeconds && !Ranks.IsDefault;
}

/// <summary>One process of a gang.</summary>
internal sealed record RankSpec
{
    public required int Rank { get; init; }

    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>The whole environment, by name; nothing is inherited beside it.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }
}

/// <summary>
/// Who runs an attempt: <c>runner.json</c>, written by the runner under the lock before it starts anything.
/// </summary>
internal sealed record RunnerRecord
{
    public required ProcessIdentity Runner { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Process ids of the ranks; empty until all of them run.</summary>
    public ImmutableArray<int> Ranks { get; init; } = [];

    /// <summary>False: it is valid JSON, but not what was written.</summary>
    [JsonIgnore]
    public bool IsSound => Runner is { BootId.Length: > 0 } && !Ranks.IsDefault;
}

/// <summary>How an attempt ended: <c>exit.json</c>, written under the lock when nothing of it is left.</summary>
internal sealed record RunEnd
{
    /// <summary>Exited, Stopped (it was asked to end before it ended) or StartFailed.</summary>
    public required RunPhase Phase { get; init; }

    /// <summary>As <see cref="RunReport.ExitCode"/>.</summary>
    public int? ExitCode { get; init; }

    public string? Message { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>False: it is valid JSON, but not what was written.</summary>
    [JsonIgnore]
    public bool IsSound => Phase is RunPhase.Exited or RunPhase.Stopped or RunPhase.StartFailed;
}

/// <summary>The stored form of the files above.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunSpec))]
[JsonSerializable(typeof(RunnerRecord))]
[JsonSerializable(typeof(RunEnd))]
[JsonSerializable(typeof(ImmutableArray<string>))]
internal sealed partial class RunFilesJson : JsonSerializerContext;
