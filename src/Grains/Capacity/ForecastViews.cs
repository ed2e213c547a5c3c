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
    /// <param name="state">The ledger.</param>
    /// <param name="entry">The job's.</param>
    /// <param name="forecast">Of this ledger; null: nobody had the time to play it.</param>
    public static AllocationOutlook Outlook(LedgerState state, LedgerEntry entry, ForecastResult? forecast)
    {
        var pace = JobPace.Of(entry.Claim.History);
        return new()
        {
            Decided = LedgerViews.Allocation(entry),
            DecidedAt = entry.DecidedAt,
            Queue = Place(state, entry, forecast),
            Outlook = forecast is not null ? Outlook(forecast.Jobs[entry.Uid]) : new()
            {
                JobName = entry.Claim.JobName,
                IsMeasured = false,
                Basis = "too many ask at the moment; ask again",
            },
            Pace = pace is null ? [] : [.. pace.Measured.Select(pair => new MeasuredPace(pair.Key, pair.Value))],
            RestartSeconds = pace?.RestartSeconds,
            Expected = forecast is null
                ? []
                : Changes(forecast, forecast.Decisions.Where(change => change.Uid == entry.Uid).Take(MaxChangesOfOne)),
            IsCutShort = forecast?.IsCutShort ?? false,
        };
    }

    /// <summary>What a job that came would change.</summary>
    /// <param name="uid">The job that would come.</param>
    /// <param name="state">The ledger with it.</param>
    /// <param name="without">The forecast as things are.</param>
    /// <param name="with">The forecast with it, from the same time on.</param>
    public static WhatIfAnswer Answer(string uid, LedgerState state, ForecastResult without, ForecastResult with)
    {
        var job = with.Jobs[uid];
        var isCutShort = without.IsCutShort || with.IsCutShort;
        var (before, after) = (ChangedAtOnce(without), ChangedAtOnce(with));
        return new()
        {
            Outcome = WhatIfOutcome.Answered,
            Job = Outlook(job),
            Queue = job.StartsAt == with.From ? null : Place(state, state.Entries[uid], with),
            Others =
            [
                .. without.Jobs.Values
                    .Where(other => IsChanged(other, with.Jobs[other.Uid], isCutShort)
                        || before.GetValueOrDefault(other.Uid) != after.GetValueOrDefault(other.Uid))
                    .OrderBy(other => other.JobName, StringComparer.Ordinal)
                    .Select(other => new ChangedOutlook(
                        Outlook(other), Outlook(with.Jobs[other.Uid]), after.GetValueOrDefault(other.Uid))),
            ],
            Expected = Changes(with, with.Decisions.Take(MaxChanges)),
            IsCutShort = isCutShort,
        };
    }

    /// <summary>Policies have orders of their own: the forecast tells whose turn comes first.</summary>
    private static QueuePlace? Place(LedgerState state, LedgerEntry entry, ForecastResult? forecast)
    {
        var queue = QueueOrder.Sort(state.Entries.Values.Where(other => other.IsWaiting))
            .OrderBy(other => forecast?.Jobs.GetValueOrDefault(other.Uid)?.StartsAt ?? DateTimeOffset.MaxValue)
            .ToList();
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
        ForecastResult forecast, IEnumerable<ForecastDecision> changes) =>
    [
        .. changes.Select(change => new ExpectedChange(
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

    /// <summary>GPUs in all, by uid, of those that are changed before any time goes by.</summary>
    private static Dictionary<string, int?> ChangedAtOnce(ForecastResult forecast)
    {
        var changed = new Dictionary<string, int?>(StringComparer.Ordinal);
        foreach (var change in forecast.Decisions.TakeWhile(change => change.At == forecast.From))
        {
            changed[change.Uid] = change.GpusAfter;
        }

        return changed;
    }

    private static bool IsChanged(JobForecast without, JobForecast with, bool isCutShort) =>
        IsOther(without.StartsAt, with.StartsAt, isCutShort) || IsOther(without.EndsAt, with.EndsAt, isCutShort)
        || (without.StartGpus is { } gpus && with.StartGpus is { } others && gpus != others);

    /// <summary>Where not all was played, a time that is missing tells nothing.</summary>
    private static bool IsOther(DateTimeOffset? one, DateTimeOffset? other, bool isCutShort) =>
        one is { } first && other is { } second
            ? (first - second).Duration() > Tolerance
            : one != other && !isCutShort;
}
