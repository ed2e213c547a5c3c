namespace Sluice.Lab.Workloads;

/// <summary>
/// The same jobs as gangs: as many equal replicas as the tuned count needs nodes, each on one node; the manager may only
/// change the GPUs of a replica.
/// </summary>
public static class GangVariant
{
    /// <param name="workload">Of jobs without replicas.</param>
    /// <param name="nodeGpus">GPUs of a node, the most of a replica; 1 or more.</param>
    public static Workload Of(Workload workload, int nodeGpus)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentOutOfRangeException.ThrowIfLessThan(nodeGpus, 1);
        return new(
            FormattableString.Invariant($"{workload.Name}+gang{nodeGpus}"),
            [.. workload.Jobs.Select(job => Of(job, nodeGpus))]);
    }

    private static WorkloadJob Of(WorkloadJob job, int nodeGpus)
    {
        var replicas = (job.RigidGpus + nodeGpus - 1) / nodeGpus;
        var most = Down(job.MaxGpusFixed);
        var mostAdaptive = Down(job.MaxGpusAdaptive);
        var rigid = Math.Min(Up(job.RigidGpus), most);
        return job with
        {
            Replicas = replicas,
            RigidGpus = rigid,
            MaxGpusFixed = most,
            MaxGpusAdaptive = mostAdaptive,
            NarrowReq = Math.Min(Up(job.NarrowReq), rigid),
            NarrowLim = Math.Clamp(Down(job.NarrowLim), rigid, most),
            Fixed = Only(job.Fixed, most),
            Adaptive = Only(job.Adaptive, mostAdaptive),
        };

        int Up(int gpus) => (gpus + replicas - 1) / replicas * replicas;

        int Down(int gpus) => Math.Clamp(gpus / replicas, 1, nodeGpus) * replicas;

        SpeedCurve Only(SpeedCurve curve, int last) => new(
            Enumerable.Range(1, last / replicas).ToDictionary(size => size * replicas, size => 1 / curve.At(size * replicas)));
    }
}
