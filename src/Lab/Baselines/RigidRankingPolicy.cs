using Sluice.Lab.Model;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>
/// Gives each job in turn the count that its owner tuned, where it still fits, and takes the GPUs from all others.
/// </summary>
/// <param name="name">As people are told it.</param>
/// <param name="rank">The lower, the earlier it is its turn; ties go by submission.</param>
/// <param name="oracle">For the tuned counts.</param>
/// <param name="interval">It ranks anew at the multiples of that as well; seconds. Null: at arrivals and completions only.</param>
internal sealed class RigidRankingPolicy(
    string name, Func<TargetJob, double, double> rank, IWorkOracle oracle, double? interval) : ITargetPolicy
{
    public string Name => name;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        double? next = interval is null ? null : interval * (Math.Floor(snapshot.Now / interval.Value) + 1);
        return new(cause.IsTimer || cause.HasArrivalOrCompletion ? [.. Rank(snapshot)] : [], memory, next);
    }

    private IEnumerable<JobTarget> Rank(TargetSnapshot snapshot)
    {
        var free = snapshot.GpuCount;
        foreach (var job in snapshot.Jobs.OrderBy(job => rank(job, snapshot.Now)))
        {
            var rigid = oracle.Read(job.Uid).RigidGpus;
            var gpus = rigid <= free ? rigid : 0;
            free -= gpus;
            if (gpus != job.HeldGpus)
            {
                yield return new(job.Uid, gpus, gpus > 0 ? "its turn has come" : "others go before it");
            }
        }
    }
}
