using System.Text.Json.Serialization;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

/// <summary>The stored form of ledgers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(LedgerNode))]
[JsonSerializable(typeof(LedgerQuota))]
[JsonSerializable(typeof(AnsweredScaling))]
[JsonSerializable(typeof(FinishedJob))]
[JsonSerializable(typeof(LedgerHead))]
public sealed partial class LedgerJsonContext : JsonSerializerContext;
