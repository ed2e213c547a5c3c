using System.Collections.Immutable;

namespace Sluice.Scheduling.Targets;

/// <summary>Frozen copy of the cluster on which a policy decides how many GPUs each job is to have.</summary>
/// <param name="Now">Seconds since an origin that never changes.</param>
/// <param name="GpuCount">GPUs that may be given out in all.</param>
/// <param name="NodeGpus">GPUs of a node: speed curves may dip where a job outgrows one.</param>
/// <param name="Jobs">All that wait or run, in the order of their addition; that order breaks ties.</param>
public sealed record TargetSnapshot(double Now, int GpuCount, int NodeGpus, ImmutableArray<TargetJob> Jobs)
{
    /// <summary>GPUs that nobody holds.</summary>
    public int FreeGpus
    {
        get
        {
            var free = GpuCount;
            foreach (var job in Jobs)
            {
                free -= job.HeldGpus;
            }

            return free;
        }
    }
}
