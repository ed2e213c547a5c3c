using System.Text.Json.Serialization;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Http;

/// <summary>How contracts that are no documented records of the originals look as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JobDescription))]
[JsonSerializable(typeof(JobExplanation))]
[JsonSerializable(typeof(WhatIfAnswer))]
[JsonSerializable(typeof(CapacityView))]
[JsonSerializable(typeof(EventPage))]
internal sealed partial class GatewayJsonContext : JsonSerializerContext;
