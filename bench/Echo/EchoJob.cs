using System.Text.Json.Serialization;

namespace Sluice.Bench.Echo;

/// <summary>A job record with the documented fields.</summary>
internal sealed record EchoJob(
    string JobName,
    int GpuReq,
    int GpuLim,
    int GpuAssigned,
    int Replicas,
    double TotalEpochs,
    double JobArrivalTime,
    double LastCheckpointTime,
    double CompletedEpochs,
    double? TimeBwCheckpoints,
    string Status,
    int Restarts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EchoJob))]
internal sealed partial class EchoJsonContext : JsonSerializerContext;
