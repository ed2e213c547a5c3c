using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Policies;

namespace Sluice.Scheduling.Forecasts;

/// <summary>
/// What becomes of all jobs if nobody comes, nobody fails, and each goes on as fast as its checkpoints have shown: the
/// policy itself is played forward from the ledger as it is. Processes are taken to stop at once; a restart costs what
/// restarts have cost; what is not saved at one is trained again. Pure.
/// </summary>
public sealed class ClusterForecast
{
    /// <summary>Events that are played; jobs that are not done by then have no estimate.</summary>
    public const int MaxEvents = 4_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(WorkEstimates.MaxSeconds);

    /// <summary>A plan may make another one possible.</summary>
    private const int MaxRounds = 4;

    private readonly IPolicy _policy;
    private readonly DateTimeOffset _origin;
    private readonly SortedDictionary<string, ForecastJob> _jobs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JobForecast> _forecasts = new(StringComparer.Ordinal);
    private readonly List<ForecastDecision> _decisions = [];

    private LedgerState _state;
    private double _now;
    private double? _wakeAt;

    private ClusterForecast(LedgerState state, IPolicy policy, DateTimeOffset origin, ToldLength? told)
    {
        (_policy, _origin) = (policy, origin);
        var estimates = new WorkEstimates(state, told);
        _state = state;
        foreach (var entry in state.Entries.Values)
        {
            if (entry.Claim.IsEnding)
            {
                _state = CapacityLedger.Observe(_state, entry.Claim with { IsEnded = true });
                continue;
            }

            var (estimate, basis) = estimates.Of(entry.Claim);
            _forecasts[entry.Uid] = new(
                entry.Uid, entry.Claim.JobName, entry.IsWaiting, estimate?.IsMeasured == true, basis);
            if (estimate is not null)
            {
                var job = _jobs[entry.Uid] = new(entry.Claim, estimate);
                if (entry.IsAdmitted)
                {
                    job.GoOn(Gpus(entry), origin);
                }
            }
        }
    }

    private DateTimeOffset Now => _origin.AddSeconds(_now);

    /// <summary>Plays.</summary>
    /// <param name="state">The ledger as it is.</param>
    /// <param name="policy">The one that decides in this domain.</param>
    /// <param name="now">The time.</param>
    /// <param name="told">What somebody said of one job's length; null: nothing.</param>
    /// <param name="deadline">Ends it early: what was played until then is answered.</param>
    public static ForecastResult Play(
        LedgerState state,
        IPolicy policy,
        DateTimeOffset now,
        ToldLength? told = null,
        CancellationToken deadline = default)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(policy);
        var forecast = new ClusterForecast(state, policy, now, told);
        var events = 0;
        forecast.Settle();
        var next = forecast.NextTime();
        for (; next is not null && events < MaxEvents && !deadline.IsCancellationRequested; events++)
        {
            forecast.Step(next.Value);
            next = forecast.NextTime();
        }

        return new(
            now,
            forecast._forecasts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            [.. forecast._decisions],
            IsCutShort: next is not null);
    }

    private double? NextTime()
    {
        var next = _wakeAt ?? double.PositiveInfinity;
        foreach (var (uid, job) in _jobs)
        {
            // Only where a change waits for it does a notification change anything.
            next = Math.Min(next, _state.Entries[uid].Pending is null ? job.EndsAt : job.NotifiesAt);
        }

        return double.IsFinite(next) && _jobs.Count > 0 ? Math.Max(next, _now) : null;
    }

    private void Step(double next)
    {
        _now = next;
        foreach (var (uid, job) in _jobs.ToList())
        {
            if (job.EndsAt <= _now)
            {
                End(uid);
                continue;
            }

            job.Advance(_now);
            _state = CapacityLedger.Observe(_state, job.ClaimAt(_state.Entries[uid].Claim, _origin, _now));
        }

        Settle();
    }

    private void End(string uid)
    {
        _jobs.Remove(uid);
        _forecasts[uid] = _forecasts[uid] with { EndsAt = Now };
        _state = CapacityLedger.Observe(_state, _state.Entries[uid].Claim with { IsEnding = true, IsEnded = true });
    }

    /// <summary>Plans until there is nothing more to decide, and lets the executor follow at once.</summary>
    private void Settle()
    {
        Confirm();
        for (var round = 0; round < MaxRounds; round++)
        {
            var plan = _policy.Plan(_state, Now);
            // What was due and came to nothing is not due again.
            _wakeAt = plan.WakeAt is { } wakeAt && wakeAt > Now && wakeAt - _origin < Longest
                ? (wakeAt - _origin).TotalSeconds
                : null;
            if (plan.Decisions.IsEmpty)
            {
                break;
            }

            var before = _state;
            _state = CapacityLedger.Apply(_state, plan.Decisions, Now);
            foreach (var decision in plan.Decisions)
            {
                Follow(before.Entries[decision.Uid], _state.Entries[decision.Uid], decision.Reason);
            }

            Confirm();
        }
    }

    private void Follow(LedgerEntry before, LedgerEntry after, string reason)
    {
        if (after.Generation == before.Generation)
        {
            return;
        }

        var (was, isNow) = (Gpus(before), Gpus(after));
        _decisions.Add(new(Now, after.Uid, was, isNow, reason));
        var forecast = _forecasts[after.Uid];
        if (forecast is { IsWaiting: true, StartsAt: null } && after.IsAdmitted)
        {
            _forecasts[after.Uid] = forecast with { StartsAt = Now, StartGpus = isNow };
        }

        if (_jobs.TryGetValue(after.Uid, out var job) && (was != isNow || before.IsAdmitted != after.IsAdmitted))
        {
            job.Change(after.IsAdmitted ? isNow : null, _now);
        }
    }

    private static int Gpus(LedgerEntry entry) => entry.GpuCount * entry.Claim.Replicas;

    /// <summary>The rows say what the ledger decided: nothing is in the air in a forecast.</summary>
    private void Confirm()
    {
        var open = _state.Entries.Values.Where(entry => entry.Claim.ConfirmedGeneration != entry.Generation
            || (entry.IsAdmitted && entry.Claim.RunningSince is null));
        foreach (var entry in open)
        {
            _state = CapacityLedger.Observe(_state, entry.Claim with
            {
                AppliedGeneration = entry.Generation,
                ConfirmedGeneration = entry.Generation,
                RunningSince = entry.IsAdmitted ? Now : null,
                History = entry.IsAdmitted ? Begun(entry) : entry.Claim.History,
            });
        }
    }

    private ImmutableArray<TrainingStretch> Begun(LedgerEntry entry)
    {
        var attempt = entry.Claim.History is [.., var last] ? last.Attempt + 1 : 1;
        return TrainingHistory.Begin(
            entry.Claim.History, attempt, Gpus(entry), new(Now, entry.Claim.CompletedEpochs));
    }
}
