using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Baselines;

/// <summary>Starts jobs in the order of submission with a count that is never changed.</summary>
/// <param name="name">As people are told it.</param>
/// <param name="count">With how many GPUs a job is started.</param>
/// <param name="mayPass">True: any waiting job that fits starts. False: nothing passes the head.</param>
internal sealed class FifoPolicy(string name, Func<TargetJob, int> count, bool mayPass) : ITargetPolicy
{
    public string Name => name;

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        var targets = new List<JobTarget>();
        var free = snapshot.FreeGpus;
        foreach (var job in snapshot.Jobs.Where(job => job.HeldGpus == 0))
        {
            var gpus = count(job);
            if (gpus <= free)
            {
                targets.Add(new(job.Uid, gpus, $"{free} GPUs were free"));
                free -= gpus;
            }
            else if (!mayPass)
            {
                break;
            }
        }

        return new([.. targets], memory);
    }
}
