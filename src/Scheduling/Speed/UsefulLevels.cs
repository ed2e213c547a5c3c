using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>Counts of GPUs that are worth to be considered for a job, and of these the ones that help.</summary>
internal static class UsefulLevels
{
    /// <summary>Beyond so many nodes counts grow by an eighth from one to the next.</summary>
    private const int MaxSingleNodes = 16;

    /// <summary>Ascending, each faster than all below it; at least one.</summary>
    public static (int[] Levels, double[] Speeds) Find(
        TargetJob job, JobRecord record, JobCurve curve, int nodeGpus, int gpuCount)
    {
        var levels = new List<int>();
        var speeds = new List<double>();
        foreach (var gpus in Candidates(job, record, nodeGpus, gpuCount))
        {
            var speed = 1 / curve.SecondsPerEpoch(gpus);
            if (speeds.Count == 0 || speed > speeds[^1])
            {
                levels.Add(gpus);
                speeds.Add(speed);
            }
        }

        return ([.. levels], [.. speeds]);
    }

    /// <summary>All within a node, then whole nodes, for curves dip in between; and where it has been before.</summary>
    private static SortedSet<int> Candidates(TargetJob job, JobRecord record, int nodeGpus, int gpuCount)
    {
        var most = Math.Max(job.MinGpus, Math.Min(job.MaxGpus, gpuCount) / job.Replicas * job.Replicas);
        var candidates = new SortedSet<int> { job.MinGpus, most };
        candidates.UnionWith(record.Seen.Select(seen => seen.Gpus).Where(gpus => gpus >= job.MinGpus && gpus <= most));
        for (var gpus = job.Replicas; gpus <= Math.Min(most, nodeGpus * job.Replicas); gpus += job.Replicas)
        {
            candidates.Add(Math.Max(gpus, job.MinGpus));
        }

        var step = LeastCommonMultiple(nodeGpus, job.Replicas);
        for (var gpus = step; gpus <= most; gpus += Step(gpus, step))
        {
            candidates.Add(Math.Max(gpus, job.MinGpus));
        }

        return candidates;
    }

    private static int Step(int gpus, int step) =>
        gpus < MaxSingleNodes * step ? step : Math.Max(step, gpus / 8 / step * step);

    private static int LeastCommonMultiple(int one, int other)
    {
        var (a, b) = (one, other);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return one / a * other;
    }
}
