using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Forecasts;

/// <summary>One job while a forecast is played. Times are seconds from the forecast's beginning.</summary>
internal sealed class ForecastJob(JobClaim claim, WorkEstimate estimate)
{
    /// <summary>Epochs are compared to within this, as they are sums of many fractions.</summary>
    private const double Tiny = 1e-9;

    /// <summary>
    /// Of what was estimated: more than this is not taken to be done by a job that has told nothing, however long it
    /// runs.
    /// </summary>
    private const double MostCredit = 0.9;

    private readonly double _doneAtFirst = claim.CompletedEpochs;
    private double _remaining = estimate.RemainingEpochs;
    private double _gainedUntil;
    private double _resumesAt;
    private int? _gpuCount;

    /// <summary>
    /// When it is done if nothing changes; infinite while it waits, and where that is beyond all bounds.
    /// </summary>
    public double EndsAt => Bounded(_gpuCount is null ? double.PositiveInfinity : Start + _remaining * Seconds);

    /// <summary>When it notifies next if nothing changes.</summary>
    public double NotifiesAt => _gpuCount is null
        ? double.PositiveInfinity
        : Math.Min(EndsAt, Bounded(Start + (Math.Floor(Done + Tiny) + 1 - Done) * Seconds));

    /// <summary>Epochs done, whole or not.</summary>
    private double Done => _doneAtFirst + estimate.RemainingEpochs - _remaining;

    private double Start => Math.Max(_gainedUntil, _resumesAt);

    private double Seconds => estimate.Pace(_gpuCount!.Value);

    /// <summary>
    /// It goes on with what it holds. What it did since its last notification counts: at most an epoch, as the next one
    /// would have been told.
    /// </summary>
    public void GoOn(int gpuCount, DateTimeOffset now)
    {
        _gpuCount = gpuCount;
        if (claim.RunningSince is not { } running)
        {
            _resumesAt = estimate.RestartSeconds;
            return;
        }

        var told = claim.History.IsEmpty ? null : claim.History[^1].Last?.At;
        var since = told > running
            ? Math.Max(0, (now - told.Value).TotalSeconds)
            : Math.Max(0, (now - running).TotalSeconds) - estimate.RestartSeconds;
        _resumesAt = Math.Max(0, -since);
        var most = estimate.IsMeasured ? Math.Min(1, _remaining) : MostCredit * _remaining;
        _remaining -= Math.Clamp(since / Seconds, 0, most);
    }

    /// <summary>It trains until then.</summary>
    public void Advance(double now)
    {
        if (_gpuCount is not null && now > Start)
        {
            _remaining = Math.Max(0, _remaining - (now - Start) / Seconds);
        }

        _gainedUntil = now;
    }

    /// <summary>
    /// It is started again with other GPUs, or waits: from its last checkpoint, the last whole epoch or what it had
    /// told.
    /// </summary>
    public void Change(int? gpuCount, double now)
    {
        if (_gpuCount is not null)
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
        if (since <= 0 || _gpuCount is null)
        {
            return now;
        }

        var notifications = claim.Notifications + (long)since;
        return now.Notifications == notifications
            ? now
            : now with
            {
                Notifications = notifications,
                CompletedEpochs = whole,
                LastCheckpointAt = At(whole).ToUnixTimeMilliseconds() / 1000.0,
                History = Told(now, whole, At),
            };

        DateTimeOffset At(double epochs) => origin.AddSeconds(seconds - Math.Max(0, (Done - epochs) * Seconds));
    }

    /// <summary>
    /// Its first and its last notification of this start: policies know from them how fast it is and what is left.
    /// </summary>
    private static ImmutableArray<TrainingStretch> Told(
        JobClaim now, double whole, Func<double, DateTimeOffset> timeOf)
    {
        if (now.History is not [.., var stretch])
        {
            return now.History;
        }

        var history = now.History;
        var first = Math.Floor(now.CompletedEpochs + Tiny) + 1;
        if (stretch.First is null && first < whole)
        {
            history = TrainingHistory.Save(history, stretch.Attempt, new(timeOf(first), first));
        }

        return TrainingHistory.Save(history, stretch.Attempt, new(timeOf(whole), whole));
    }

    private static double Bounded(double seconds) =>
        seconds <= WorkEstimates.MaxSeconds ? seconds : double.PositiveInfinity;
}
