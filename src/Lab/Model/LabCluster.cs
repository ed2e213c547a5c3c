namespace Sluice.Lab.Model;

/// <summary>Identical GPUs in identical nodes.</summary>
/// <param name="GpuCount">In all; 1 or more. Default 64.</param>
/// <param name="NodeGpus">A node; 1 or more. Default 4.</param>
/// <param name="IsPacked">
/// True: each replica of a job has to find room on one node, and running replicas are not moved for others. False (the
/// default): GPUs are one heap.
/// </param>
public sealed record LabCluster(int GpuCount = 64, int NodeGpus = 4, bool IsPacked = false);
