using System.Collections.Immutable;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

/// <summary>Puts forecasts in the words of the contracts. Pure.</summary>
public static class ForecastViews
{
    private const int MaxChangesOfOne = 16;
    private const int MaxChanges = 64;

    /// <summary>Times that lie closer together are not told apart.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>Why one job has what it has, and what is likely to follow.</summary>
    public static AllocationOutlook Outlook(LedgerState state, LedgerEntry entry, ForecastResult forecast)
    {
        var pace = JobPace.Of(entry.Claim.History);
        return new()
        {
            Decided = LedgerViews.Allocation(entry),
            DecidedAt = entry.DecidedAt,
            Queue = Place(state, entry),
            Outlook = Outlook(forecast.Jobs[entry.Uid]),
            Pace = pace is null ? [] : [.. pace.Measured.Select(pair => new MeasuredPace(pair.Key, pair.Value))],
            RestartSeconds = pace?.RestartSeconds,
            Expected = Changes(forecast, change => change.Uid == entry.Uid, MaxChangesOfOne),
        };
    }

    /// <summary>What a job that came would change.</summary>
    /// <param name="uid">The job that would come.</param>
    /// <param name="state">The ledger with it.</param>
    /// <param name="without">The forecast as things are.</param>
    /// <param name="with">The forecast with it.</param>
    public static WhatIfAnswer Answer(string uid, LedgerState state, ForecastResult without, ForecastResult with)
    {
        var job = with.Jobs[uid];
        return new()
        {
            Job = Outlook(job),
            Queue = job.StartsAt == with.From ? null : Place(state, state.Entries[uid]),
            Others =
            [
                .. without.Jobs.Values.Where(other => IsChanged(other, with.Jobs[other.Uid]))
                    .OrderBy(other => other.JobName, StringComparer.Ordinal)
                    .Select(other => new ChangedOutlook(Outlook(other), Outlook(with.Jobs[other.Uid]))),
            ],
            Expected = Changes(with, _ => true, MaxChanges),
            IsCutShort = without.IsCutShort || with.IsCutShort,
        };
    }

    private static QueuePlace? Place(LedgerState state, LedgerEntry entry)
    {
        var queue = QueueOrder.Sort(state.Entries.Values.Where(other => other.IsWaiting)).ToList();
        var place = queue.FindIndex(other => other.Uid == entry.Uid);
        return place < 0
            ? null
            : new(
                place + 1,
                queue.Count,
                entry.Claim.GpuReq * entry.Claim.Replicas,
                state.FreeByNode().Values.Sum());
    }

    private static ImmutableArray<ExpectedChange> Changes(
        ForecastResult forecast, Func<ForecastDecision, bool> isWanted, int most) =>
    [
        .. forecast.Decisions.Where(isWanted).Take(most).Select(change => new ExpectedChange(
            change.At, forecast.Jobs[change.Uid].JobName, change.GpusBefore, change.GpusAfter, change.Reason)),
    ];

    private static JobOutlook Outlook(JobForecast forecast) => new()
    {
        JobName = forecast.JobName,
        StartsAt = forecast.StartsAt,
        StartGpus = forecast.StartGpus,
        EndsAt = forecast.EndsAt,
        IsMeasured = forecast.IsMeasured,
        Basis = forecast.Basis,
    };

    private static bool IsChanged(JobForecast without, JobForecast with) =>
        IsOther(without.StartsAt, with.StartsAt) || IsOther(without.EndsAt, with.EndsAt)
        || without.StartGpus != with.StartGpus;

    private static bool IsOther(DateTimeOffset? one, DateTimeOffset? other) =>
        one is { } first && other is { } second ? (first - second).Duration() > Tolerance : one != other;
}
