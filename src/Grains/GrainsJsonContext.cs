using System.Text.Json.Serialization;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;

namespace Sluice.Grains;

/// <summary>The stored form of jobs and events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(JobState))]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(EventDetails))]
public sealed partial class GrainsJsonContext : JsonSerializerContext;
