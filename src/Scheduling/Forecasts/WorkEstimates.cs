using System.Globalization;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Forecasts;

/// <summary>Estimates what is left of each job of a domain. Pure.</summary>
public sealed class WorkEstimates
{
    /// <summary>Longer than anybody waits: a hundred years, in seconds. What takes longer has no end.</summary>
    public const double MaxSeconds = 100 * 365.25 * 24 * 3600;

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
            .Where(seconds => seconds <= MaxSeconds)
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
            return (
                null, "it has not shown its speed in two checkpoints yet, and no other job here has shown its length");
        }

        var total = claim.TotalEpochs > 0 ? claim.TotalEpochs : 1;
        var least = Least(claim);
        var length = Invariant($"{seconds:0} s with {Gpus(least)}");
        var basis = told is not null
            ? $"as it was said: {length}"
            : "it has not shown its speed in two checkpoints yet, so it is taken to be as long as the median of "
                + Invariant($"{_others} other jobs: {length}");
        return (
            new(
                Math.Max(0, total - claim.CompletedEpochs),
                gpuCount => seconds / total
                    * (least == 0 ? 1 : Math.Pow((double)least / gpuCount, JobPace.DefaultExponent)),
                _restartSeconds,
                IsMeasured: false,
                basis),
            basis);
    }

    /// <summary>GPUs in all, the least with which it runs.</summary>
    private static int Least(JobClaim claim) => claim.GpuReq * claim.Replicas;

    private static string Gpus(int count) =>
        count == 0 ? "no GPU" : count == 1 ? "1 GPU" : Invariant($"{count} GPUs");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
