using System.Globalization;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;
using Sluice.Scheduling.Targets;

namespace Sluice.Scheduling.Placement;

/// <summary>Reasons of decisions that follow from targets: what is done, and the target policy's own words.</summary>
internal static class TargetTexts
{
    public static string Admitted(JobClaim claim, int gpuCount, JobTarget target) =>
        $"admitted with {gpuCount} of {claim.GpuReq} to {claim.GpuLim} GPUs"
        + (claim.Replicas > 1 ? $" a replica, {claim.Replicas} replicas" : "") + $": {Why(claim, gpuCount, target)}";

    public static string Resized(LedgerEntry entry, int gpuCount, JobTarget target) =>
        $"scaled {(gpuCount > entry.GpuCount ? "up" : "down")} from {entry.GpuCount} to {gpuCount}: "
        + Why(entry.Claim, gpuCount, target);

    public static string Suspended(LedgerEntry entry, JobTarget target) =>
        $"waits for {PlanTexts.Gpus(entry.Claim)}: suspended, it {target.Reason}";

    public static string GivenForLate(LedgerEntry entry, int gpuCount, JobClaim late, double waitedSeconds) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"scaled down from {entry.GpuCount} to {gpuCount}: {late.JobName} needs {PlanTexts.Gpus(late)}, "
            + $"and has waited for {waitedSeconds:F0} s");

    /// <summary>Why a job waits. No number in it changes by itself: it would be told again and again.</summary>
    public static string Waits(LedgerEntry entry, string why) => $"waits for {PlanTexts.Gpus(entry.Claim)}: {why}";

    private static string Why(JobClaim claim, int gpuCount, JobTarget target)
    {
        var gpus = gpuCount * claim.Replicas;
        return gpus < target.GpuCount
            ? $"{target.Reason}; it was to have {target.GpuCount}, and no more than {gpus} fit"
            : target.Reason;
    }
}
