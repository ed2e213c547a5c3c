using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Cli.Demo;

/// <summary>Tells what happened between two successive looks at the jobs. Pure.</summary>
internal static class DemoEvents
{
    /// <summary>Parts of a job's epochs after which its progress is worth a line.</summary>
    private const int ProgressParts = 4;

    public static IReadOnlyList<string> Between(DemoSnapshot? before, DemoSnapshot after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var known = before?.Jobs.ToDictionary(job => job.Name) ?? [];
        return [.. after.Jobs.SelectMany(job => OfJob(known.GetValueOrDefault(job.Name), job))];
    }

    private static IEnumerable<string> OfJob(DemoJob? before, DemoJob after)
    {
        if (before is null)
        {
            yield return Arrival(after);
            yield break;
        }

        if (before.AtNextCheckpoint != after.AtNextCheckpoint && after.AtNextCheckpoint is { } next)
        {
            yield return $"{after.Name}: will go {after.Gpus} -> {next} GPUs at its next checkpoint{Why(after)}";
        }

        if (Resize(before, after) is { } resize)
        {
            yield return resize;
        }

        if (after.Restarts > before.Restarts && !after.HasEnded)
        {
            yield return $"{after.Name}: started again after a failure (restart {after.Restarts})";
        }

        if (Part(after) > Part(before) && !after.HasEnded)
        {
            yield return $"{after.Name}: checkpoint at epoch {Epochs(after)}";
        }

        if (before.Status != after.Status && after.HasEnded)
        {
            yield return after.Status == JobStatus.Completed
                ? $"{after.Name}: completed"
                : $"{after.Name}: failed after {Numbers.Count(after.Restarts, "restart")}";
        }
    }

    private static string Arrival(DemoJob job)
    {
        var range = Jobs.JobText.FullRange(job.GpuReq, job.GpuLim, job.Replicas);
        return job.Gpus > 0
            ? $"{job.Name}: arrives ({range}) and starts with {Gpus(job.Gpus, job)}{Why(job)}"
            : $"{job.Name}: arrives ({range}) and waits{Why(job)}";
    }

    private static string? Resize(DemoJob before, DemoJob after) => (before.Gpus, after.Gpus) switch
    {
        _ when after.HasEnded || before.Gpus == after.Gpus => null,
        (0, _) => $"{after.Name}: starts with {Gpus(after.Gpus, after)}{Why(after)}",
        (_, 0) => $"{after.Name}: gives back {Gpus(before.Gpus, after)} and waits{Why(after)}",
        _ => $"{after.Name}: {before.Gpus} -> {Gpus(after.Gpus, after)}{Why(after)}",
    };

    private static int Part(DemoJob job) =>
        job.TotalEpochs > 0 ? (int)(ProgressParts * job.CompletedEpochs / job.TotalEpochs) : 0;

    private static string Epochs(DemoJob job) =>
        $"{Numbers.Short(job.CompletedEpochs)}/{Numbers.Short(job.TotalEpochs)}";

    private static string Gpus(int count, DemoJob job) =>
        Numbers.Count(count, "GPU") + (job.Replicas > 1 ? $" × {job.Replicas}" : "");

    private static string Why(DemoJob job) => job.Reason.Length > 0 ? $" ({job.Reason})" : "";
}
