using System.Globalization;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Forecasts;

/// <summary>What is left of a job, and on what that rests.</summary>
/// <param name="RemainingEpochs">0 or more.</param>
/// <param name="Pace">How long an epoch takes with a number of GPUs in all.</param>
/// <param name="RestartSeconds">From a start to its first epoch.</param>
/// <param name="IsMeasured">True: by the job's own checkpoints. False: it is taken to be like the others.</param>
/// <param name="Basis">For people.</param>
public sealed record WorkEstimate(
    double RemainingEpochs, Func<int, double> Pace, double RestartSeconds, bool IsMeasured, string Basis);

/// <summary>What somebody said of a job that has told nothing itself.</summary>
/// <param name="Uid">The job.</param>
/// <param name="Seconds">How long it trains with its least GPUs.</param>
public sealed record ToldLength(string Uid, double Seconds);

/// <summary>Estimates what is left of each job of a domain. Pure.</summary>
public sealed class WorkEstimates
{
    private readonly ToldLength? _told;
    private readonly double? _otherSeconds;
    private readonly int _others;
    private readonly double _restartSeconds;

    /// <summary>Learns from all jobs what one that told nothing is likely to be.</summary>
    /// <param name="state">The ledger.</param>
    /// <param name="told">What somebody said of one job's length; null: nothing.</param>
    public WorkEstimates(LedgerState state, ToldLength? told = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        _told = told;
        var measured = state.Entries.Values
            .Select(entry => (entry.Claim, Pace: JobPace.Of(entry.Claim.History)))
            .Where(job => job.Pace is not null)
            .ToList();
        var whole = measured.Where(job => job.Claim.TotalEpochs > 0)
            .Select(job => job.Claim.TotalEpochs * job.Pace!.SecondsPerEpoch(Least(job.Claim)))
            .ToList();
        (_otherSeconds, _others) = (Medians.Of(whole), whole.Count);
        _restartSeconds = Medians.Of(measured.Select(job => job.Pace!.RestartSeconds).OfType<double>()) ?? 0;
    }

    /// <summary>Null where nobody can tell, with the reason.</summary>
    public (WorkEstimate? Estimate, string Basis) Of(JobClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        if (JobPace.Of(claim.History) is not { } pace)
        {
            return OfUnknown(claim);
        }

        if (claim.TotalEpochs <= 0)
        {
            return (null, "its notifications do not say how many epochs it trains in all");
        }

        var newest = claim.History.Last(stretch => stretch.SecondsPerEpoch is not null);
        var basis = Invariant(
            $"by its own checkpoints: {newest.SecondsPerEpoch:0.##} s an epoch with {Gpus(newest.GpuCount)}, ")
            + Invariant($"{claim.CompletedEpochs:0.##} of {claim.TotalEpochs:0.##} epochs done");
        return (
            new(
                Math.Max(0, claim.TotalEpochs - claim.CompletedEpochs),
                pace.SecondsPerEpoch,
                pace.RestartSeconds ?? _restartSeconds,
                IsMeasured: true,
                basis),
            basis);
    }

    /// <summary>One that told nothing yet is taken to be the median of those that did.</summary>
    private (WorkEstimate? Estimate, string Basis) OfUnknown(JobClaim claim)
    {
        var told = _told?.Uid == claim.Uid ? _told.Seconds : (double?)null;
        if ((told ?? _otherSeconds) is not { } seconds)
        {
            return (null, "it has not notified two checkpoints yet, and no other job here has shown how long it takes");
        }

        var total = claim.TotalEpochs > 0 ? claim.TotalEpochs : 1;
        var least = Least(claim);
        var length = Invariant($"{seconds:0} s with {Gpus(least)}");
        var basis = told is not null ? $"as it was said: {length}"
            : Invariant($"it has not notified two checkpoints yet, so it is taken to be as long as the median of ")
                + Invariant($"{_others} other jobs: {length}");
        return (
            new(
                Math.Max(0, total - claim.CompletedEpochs),
                gpuCount => seconds / total * Math.Pow((double)least / gpuCount, JobPace.DefaultExponent),
                _restartSeconds,
                IsMeasured: false,
                basis),
            basis);
    }

    /// <summary>GPUs in all, the least with which it runs.</summary>
    private static int Least(JobClaim claim) => Math.Max(1, claim.GpuReq * claim.Replicas);

    private static string Gpus(int count) => count == 1 ? "1 GPU" : Invariant($"{count} GPUs");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
