using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Jobs;

/// <summary>A job's facts in the words that all commands use.</summary>
internal static class JobText
{
    /// <summary><c>2-8 GPUs × 1 replica</c>.</summary>
    public static string FullRange(JobRecord job) => FullRange(job.GpuReq, job.GpuLim, job.Replicas);

    public static string FullRange(int least, int most, int replicas) =>
        $"{Numbers.Range(least, most)} {(most == 1 ? "GPU" : "GPUs")} × {Numbers.Count(replicas, "replica")}";

    /// <summary><c>4/2-8</c>, and <c>×2</c> for a gang of two.</summary>
    public static string Gpus(JobRecord job) =>
        $"{job.GpuAssigned}/{Numbers.Range(job.GpuReq, job.GpuLim)}" + (job.Replicas > 1 ? $" ×{job.Replicas}" : "");

    public static string Epochs(JobRecord job) => job.TotalEpochs.Value > 0
        ? $"{Numbers.Short(job.CompletedEpochs.Value)}/{Numbers.Short(job.TotalEpochs.Value)}"
        : Numbers.Short(job.CompletedEpochs.Value);

    /// <summary>The first notification sets the time between checkpoints; before it there was none.</summary>
    public static string CheckpointAge(JobRecord job, DateTimeOffset now) =>
        job.TimeBwCheckpoints is null ? "-" : Numbers.Age(job.LastCheckpointTime.Value, now);

    /// <summary><c>wide runs with 4 GPUs</c>, or that it has completed.</summary>
    public static string Now(JobDescription description)
    {
        var job = description.Job;
        return job.Status == JobStatus.Completed
            ? $"{job.JobName} has completed"
            : $"{job.JobName} runs with {Numbers.Count(job.GpuAssigned, "GPU")}"
                + (job.Replicas > 1 ? $" × {Numbers.Count(job.Replicas, "replica")}" : "");
    }

    public static string Reason(Allocation? allocation) => allocation switch
    {
        null => "",
        { AtNextCheckpoint: { } next } => $"{next} at the next checkpoint: {allocation.Reason}",
        _ => allocation.Reason,
    };
}
