using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Forecasts;

/// <summary>One job while a forecast is played. Times are seconds from the forecast's beginning.</summary>
internal sealed class ForecastJob(JobClaim claim, WorkEstimate estimate)
{
    private readonly double _doneAtFirst = claim.CompletedEpochs;
    private double _remaining = estimate.RemainingEpochs;
    private double _gainedUntil;
    private double _resumesAt;
    private int _gpuCount;

    /// <summary>Epochs done, whole or not.</summary>
    private double Done => _doneAtFirst + estimate.RemainingEpochs - _remaining;

    /// <summary>When it is done if nothing changes; infinite while it holds nothing.</summary>
    public double EndsAt => _gpuCount == 0 ? double.PositiveInfinity : Start + _remaining * Seconds;

    /// <summary>When it notifies next if nothing changes.</summary>
    public double NotifiesAt =>
        _gpuCount == 0 ? double.PositiveInfinity : Math.Min(EndsAt, Start + (Math.Floor(Done + Tiny) + 1 - Done) * Seconds);

    private double Start => Math.Max(_gainedUntil, _resumesAt);

    private double Seconds => estimate.Pace(_gpuCount);

    /// <summary>Epochs are compared to within this, as they are sums of many fractions.</summary>
    private const double Tiny = 1e-9;

    /// <summary>It goes on with what it holds already, and has long been loaded.</summary>
    public void GoOn(int gpuCount) => _gpuCount = gpuCount;

    /// <summary>It trains until then.</summary>
    public void Advance(double now)
    {
        if (_gpuCount > 0 && now > Start)
        {
            _remaining = Math.Max(0, _remaining - (now - Start) / Seconds);
        }

        _gainedUntil = now;
    }

    /// <summary>
    /// It is started again with other GPUs, from its last checkpoint: the last whole epoch, or what it had told.
    /// </summary>
    public void Change(int gpuCount, double now)
    {
        if (_gpuCount > 0)
        {
            var saved = Math.Max(_doneAtFirst, Math.Floor(Done + Tiny));
            _remaining += Math.Max(0, Done - saved);
        }

        _gpuCount = gpuCount;
        _resumesAt = now + estimate.RestartSeconds;
    }

    /// <summary>What its row would say now.</summary>
    public JobClaim ClaimAt(JobClaim now, DateTimeOffset origin, double seconds)
    {
        var whole = Math.Floor(Done + Tiny);
        var since = whole - Math.Floor(_doneAtFirst);
        if (since <= 0 || _gpuCount == 0)
        {
            return now;
        }

        var notifications = claim.Notifications + (long)since;
        var age = Math.Max(0, (Done - whole) * Seconds);
        return now.Notifications == notifications
            ? now
            : now with
            {
                Notifications = notifications,
                CompletedEpochs = whole,
                LastCheckpointAt = origin.AddSeconds(seconds - age).ToUnixTimeMilliseconds() / 1000.0,
            };
    }
}
