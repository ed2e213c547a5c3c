using System.Globalization;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>Reasons of decisions, in words and numbers.</summary>
internal static class PlanTexts
{
    /// <summary>The least that a gang runs with: <c>2 × 4 GPUs</c>.</summary>
    public static string Gpus(JobClaim claim) =>
        (claim.Replicas > 1 ? $"{claim.Replicas} × " : "") + (claim.GpuReq == 1 ? "1 GPU" : $"{claim.GpuReq} GPUs");

    /// <summary>How old the job's last checkpoint is: <c>5.0 s ago</c>.</summary>
    public static string CheckpointAge(LedgerEntry entry, DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Max(0, now.ToUnixTimeMilliseconds() / 1000.0 - entry.Claim.LastCheckpointAt):F1} s ago");

    /// <summary>Why a job is let in.</summary>
    public static string Admitted(JobClaim claim, int gpuCount, int freeGpus) =>
        $"admitted with {gpuCount} of {claim.GpuReq} to {claim.GpuLim} GPUs"
        + (claim.Replicas > 1 ? $" a replica, {claim.Replicas} replicas" : "") + $": {freeGpus} were free";

    /// <summary>Why free GPUs are given to nobody.</summary>
    public static string KeptFor(JobClaim claim) => $"what is free is kept for {claim.JobName}";

    /// <summary>Why a job gives up GPUs.</summary>
    public static string ScaledDown(ScaleDown scaleDown, LedgerState state, DateTimeOffset now)
    {
        var (entry, gpuCount, forUids) = scaleDown;
        var needs = forUids.Select(uid => state.Entries[uid].Claim)
            .Select(claim => $"{claim.JobName} needs {Gpus(claim)}");
        return $"scaled down from {entry.GpuCount} to {gpuCount}: " + (forUids.IsEmpty
            ? "it was asked for"
            : $"{string.Join(", ", needs)}, and its checkpoint is the most recent ({CheckpointAge(entry, now)})");
    }
}
