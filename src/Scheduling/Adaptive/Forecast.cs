using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Adaptive;

/// <summary>A picture of the jobs of a snapshot.</summary>
/// <param name="Jobs">In the order of the snapshot.</param>
/// <param name="Memory">To be handed over at the next event.</param>
public sealed record Forecast(JobForecast[] Jobs, PolicyMemory Memory);
