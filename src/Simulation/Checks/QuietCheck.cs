using Sluice.Grains.Jobs;
using Sluice.Simulation.Workloads;

namespace Sluice.Simulation.Checks;

/// <summary>
/// What must come to be once nothing goes wrong any more: every job that can run has ended, nothing is left of what
/// ended, and nothing waits to be told.
/// </summary>
internal sealed class QuietCheck(World world)
{
    /// <summary>What is still open; null: all is done.</summary>
    public string? FindUnfinished(int openOperations)
    {
        if (openOperations > 0)
        {
            return $"{openOperations} operations of clients are not answered";
        }

        foreach (var (key, version) in world.Invariants.Rows.Rows)
        {
            if (!version.State.Ending.IsEmpty)
            {
                return $"{key}: the end of {version.State.Ending[0].Uid} is not confirmed";
            }

            if (version.State.Managed is { } managed && !managed.IsEndConfirmed && CanRun(version.State, managed))
            {
                return $"{key} ({managed.Uid}) is {version.State.Record!.Status}, attempt {managed.Attempt}, "
                    + $"generation {managed.Generation}: {managed.Applied?.Reason}";
            }
        }

        foreach (var entry in world.Invariants.Ledger.State.Entries.Values)
        {
            var state = world.Invariants.Rows.StateOf(entry.Claim.JobKey);
            if (state.Managed?.Uid != entry.Uid || state.Managed.IsEndConfirmed)
            {
                return $"the ledger keeps {entry.Claim.JobName} ({entry.Uid}), which has ended";
            }

            if (entry.Generation > state.Managed.Generation)
            {
                return $"{entry.Claim.JobName} ({entry.Uid}) does not know of generation {entry.Generation}";
            }
        }

        return world.Cluster.Alive.FirstOrDefault() is { } run
            ? $"attempt {run.Attempt} of {run.Uid} still runs"
            : QueueWorkload.FindUnfinished(world.Invariants.Queues);
    }

    /// <summary>Its least fits on the empty cluster, and in its quota.</summary>
    private bool CanRun(JobState state, ManagedJob managed)
    {
        if (managed.End != JobEnd.None)
        {
            return true; // to its end
        }

        var (req, replicas) = (state.Record!.GpuReq, state.Record.Replicas);
        var isWithinQuota = !world.Cluster.Quotas.TryGetValue(managed.Namespace, out var quota)
            || req * replicas <= quota;
        return isWithinQuota && (req == 0 || world.Cluster.Nodes.Values.Sum(gpus => gpus / req) >= replicas);
    }
}
