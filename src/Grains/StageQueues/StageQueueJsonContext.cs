using System.Text.Json.Serialization;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.StageQueues;

/// <summary>The stored form of what a list keeps beside its jobs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StageQueueHead))]
public sealed partial class StageQueueJsonContext : JsonSerializerContext;
