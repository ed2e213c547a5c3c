using Sluice.Scheduling.Adaptive;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Tests.Adaptive;

/// <summary>What a test says of the jobs, in the order of the snapshot.</summary>
internal sealed class FixedForecasts(params JobForecast[] jobs) : IForecaster
{
    public Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause) => new(jobs, memory);
}
