using System.Globalization;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Adaptive;

/// <summary>Why a job is changed: in words, with the estimate and the alternative in numbers.</summary>
/// <param name="job">As it was.</param>
/// <param name="forecast">What is held for true of it.</param>
/// <param name="gpuCount">What it gets.</param>
/// <param name="price">What one more GPU would be worth.</param>
internal sealed class ChangeReason(TargetJob job, JobForecast forecast, int gpuCount, double price)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{What}; restart {forecast.RestartSeconds:F0} s, undone {forecast.LossSeconds:F0} s, "
        + $"a GPU is worth {price:G3}");

    private string What => (job.HeldGpus, gpuCount) switch
    {
        (0, _) => string.Create(
            CultureInfo.InvariantCulture,
            $"starts with {gpuCount}: {Left(gpuCount):F0} s to the end, "
            + $"with {forecast.Levels[^1]} {Left(forecast.Levels[^1]):F0} s"),
        (_, 0) => string.Create(
            CultureInfo.InvariantCulture,
            $"gives its {job.HeldGpus} to others: {Left(job.HeldGpus):F0} s were left with them"),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{(gpuCount > job.HeldGpus ? "grows" : "shrinks for others")} to {gpuCount}: "
            + $"{Left(gpuCount):F0} s to the end, with {job.HeldGpus} {Left(job.HeldGpus):F0} s"),
    };

    private double Left(int gpus) => gpus == job.HeldGpus
        ? forecast.Work / forecast.HeldSpeed
        : forecast.SecondsAt(Array.IndexOf(forecast.Levels, gpus));
}
