using Sluice.Scheduling.Sharing;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>Divides the cluster anew at each arrival and completion, and moves everyone at once.</summary>
internal sealed class EagerPolicy(IShareRule rule, IOutlook outlook) : ITargetPolicy
{
    public string Name => rule.Name;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        if (!cause.HasArrivalOrCompletion)
        {
            return new([], memory);
        }

        var jobs = outlook.Read(memory, snapshot, cause).Jobs;
        var counts = rule.Divide(snapshot.GpuCount, [.. jobs.Select(job => job.Share)]);
        return new(
            [
                .. snapshot.Jobs.Select((job, index) => (job, Count: counts[index]))
                    .Where(one => one.job.HeldGpus != one.Count)
                    .Select(one => new JobTarget(
                        one.job.Uid, one.Count, $"its share by {rule.Name} among {snapshot.Jobs.Length} jobs")),
            ],
            memory);
    }
}
