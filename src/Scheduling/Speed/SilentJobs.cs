using System.Collections.Concurrent;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Speed;

/// <summary>
/// What others tell of jobs that have not notified yet. Who is submitted alike, and is silent for as long, is the same
/// to it.
/// </summary>
/// <param name="others">Jobs that have shown something.</param>
/// <param name="nodeGpus">GPUs of a node.</param>
internal sealed class SilentJobs(Resemblance others, int nodeGpus)
{
    // What was reckoned once; it changes nothing that can be seen.
    private readonly ConcurrentDictionary<Silence, double> _sizes = new();
    private readonly ConcurrentDictionary<Shape, (JobCurve Curve, (int[] Levels, double[] Speeds) Table)> _curves =
        new();

    /// <summary>As <see cref="Resemblance.LogSize"/>.</summary>
    public double LogSize(TargetJob job, double leastSeconds)
    {
        var key = new Silence(Resemblance.EpochsOf(job), job.MinGpus, job.MaxGpus, job.MayBeSuspended, leastSeconds);
        return _sizes.TryGetValue(key, out var known)
            ? known
            : _sizes.GetOrAdd(key, others.LogSize(job, leastSeconds));
    }

    /// <summary>Seconds of an epoch at each count, and the counts that help.</summary>
    public (JobCurve Curve, (int[] Levels, double[] Speeds) Table) CurveOf(TargetJob job, double logSize, int gpuCount)
    {
        var key = new Shape(
            Resemblance.EpochsOf(job), job.MinGpus, job.MaxGpus, job.Replicas, BitConverter.DoubleToInt64Bits(logSize),
            gpuCount);
        return _curves.TryGetValue(key, out var known) ? known : _curves.GetOrAdd(key, Reckon(job, logSize, gpuCount));
    }

    private (JobCurve Curve, (int[] Levels, double[] Speeds) Table) Reckon(TargetJob job, double logSize, int gpuCount)
    {
        var curve = others.CurveOf(job, JobRecord.Nothing, logSize);
        return (curve, UsefulLevels.Find(job, JobRecord.Nothing, curve, nodeGpus, gpuCount));
    }

    private readonly record struct Silence(int Epochs, int MinGpus, int MaxGpus, bool MayBeSuspended, double Seconds);

    private readonly record struct Shape(
        int Epochs, int MinGpus, int MaxGpus, int Replicas, long LogSize, int GpuCount);
}
