using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>Where a policy has its picture of the jobs from.</summary>
internal interface IOutlook
{
    /// <summary>Takes in what happened.</summary>
    /// <param name="memory">What it kept before; <see cref="PolicyMemory.None"/> at first.</param>
    /// <param name="snapshot">The cluster as it is.</param>
    /// <param name="cause">What happened.</param>
    OutlookReading Read(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause);
}

/// <summary>A picture of the jobs of a snapshot.</summary>
/// <param name="Jobs">In the order of the snapshot.</param>
/// <param name="Memory">To be handed over at the next event.</param>
/// <param name="HasNews">True: it differs from before by more than the passing of time.</param>
internal sealed record OutlookReading(JobOutlook[] Jobs, PolicyMemory Memory, bool HasNews);
