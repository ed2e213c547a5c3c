using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Grains.Ports;

namespace Sluice.Storage.Tests;

/// <summary>What a job's grain would store.</summary>
public sealed record TestJob : IStoredJob
{
    public string Note { get; set; } = "";

    public bool IsActive { get; set; } = true;

    public bool IsRunnable { get; set; }

    public bool IsDeleted { get; set; }

    public DateTimeOffset? DueAt { get; set; }

    [JsonIgnore]
    public ImmutableArray<NewEvent> NewEvents { get; set; } = [];
}

/// <summary>What another grain would store.</summary>
public sealed record TestRecord
{
    public string Text { get; set; } = "";

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

[JsonSerializable(typeof(TestJob))]
[JsonSerializable(typeof(TestRecord))]
internal sealed partial class TestJson : JsonSerializerContext
{
    public static JsonSerializerOptions NewOptions() => new() { TypeInfoResolver = Default };
}
