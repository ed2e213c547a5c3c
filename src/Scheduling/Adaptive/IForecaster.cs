using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Adaptive;

/// <summary>Where the adaptive policy has its picture of the jobs from. Pure.</summary>
public interface IForecaster
{
    /// <summary>Takes in what happened.</summary>
    /// <param name="memory">What it kept before; <see cref="PolicyMemory.None"/> at first.</param>
    /// <param name="snapshot">The cluster as it is.</param>
    /// <param name="cause">What happened.</param>
    Forecast Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause);
}
