using System.Globalization;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>Reasons of decisions, in words and numbers.</summary>
internal static class PlanTexts
{
    private const string AskedFor = "it was asked for";

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

    /// <summary>Why a job that was to get more GPUs gets none.</summary>
    public static string MayHaveNoMore(LedgerEntry entry) => entry.Claim.GpuLim <= entry.GpuCount
        ? $"its limit was lowered to {entry.Claim.GpuLim}"
        : $"it was asked to have no more than {entry.EffectiveLimit}";

    /// <summary>Why a job gets more GPUs.</summary>
    /// <param name="entry">The job.</param>
    /// <param name="gpuCount">GPUs a replica that it is to have.</param>
    /// <param name="freeGpus">GPUs that are free.</param>
    /// <param name="isAskedFor">False: the policy chose it.</param>
    /// <param name="now">The time.</param>
    public static string ScaledUp(
        LedgerEntry entry, int gpuCount, int freeGpus, bool isAskedFor, DateTimeOffset now) =>
        $"scaled up from {entry.GpuCount} to {gpuCount}: "
        + (freeGpus == 1 ? "1 GPU was free, and " : $"{freeGpus} GPUs were free, and ")
        + (isAskedFor ? AskedFor : $"its checkpoint is the most recent ({CheckpointAge(entry, now)})");

    /// <summary>True where the reason is that of a scaling up that was asked for.</summary>
    public static bool IsAskedFor(string reason) => reason.EndsWith(AskedFor, StringComparison.Ordinal);

    /// <summary>Why a job gives up GPUs.</summary>
    public static string ScaledDown(ScaleDown scaleDown, LedgerState state, DateTimeOffset now)
    {
        var (entry, gpuCount, forUids) = scaleDown;
        var needs = forUids.Select(uid => state.Entries[uid].Claim)
            .Select(claim => $"{claim.JobName} needs {Gpus(claim)}");
        return $"scaled down from {entry.GpuCount} to {gpuCount}: " + (forUids.IsEmpty
            ? AskedFor
            : $"{string.Join(", ", needs)}, and its checkpoint is the most recent ({CheckpointAge(entry, now)})");
    }
}
