using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Jobs;
using Sluice.Manifests;
using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

public sealed partial class ClusterCapacityGrain
{
    private (LedgerState Ledger, DateTimeOffset At, Task<ForecastResult?> Result)? _forecast;

    public async Task<AllocationOutlook?> ExplainAsync(string uid)
    {
        var ledger = await SettledAsync();
        return ledger.Entries.TryGetValue(uid, out var entry) && !entry.Claim.IsEnding
            ? ForecastViews.Outlook(ledger, entry, await ForecastAsync(ledger))
            : null;
    }

    public async Task<WhatIfAnswer> WhatIfAsync(WhatIf question)
    {
        var ledger = await SettledAsync();
        var now = time.GetUtcNow();
        var answer = await forecasts.RunAsync(deadline => Answer(question, ledger, now, deadline));
        return answer ?? new() { Outcome = WhatIfOutcome.Busy };
    }

    /// <summary>All who ask about the same ledger within a moment share one.</summary>
    private Task<ForecastResult?> ForecastAsync(LedgerState ledger)
    {
        var now = time.GetUtcNow();
        if (_forecast is not { } latest || latest.Ledger != ledger || now - latest.At > options.Value.TickInterval
            || IsNoAnswer(latest.Result))
        {
            _forecast = latest = (ledger, now, forecasts.RunAsync(deadline =>
                ClusterForecast.Play(ledger, _policy, now, told: null, deadline)));
        }

        return latest.Result;
    }

    /// <summary>Too many asked then, or it failed: who asks next is not to be told the same.</summary>
    private static bool IsNoAnswer(Task<ForecastResult?> result) =>
        result.IsCompleted && !(result.IsCompletedSuccessfully && result.Result is not null);

    /// <summary>Off the grain's turns: all that it uses is frozen.</summary>
    private WhatIfAnswer Answer(WhatIf question, LedgerState ledger, DateTimeOffset now, CancellationToken deadline)
    {
        var (manifest, problem) = ManifestReader.Read(question.Manifest);
        problem ??= manifestChecks.Select(check => check.FindProblem(question.Manifest))
            .FirstOrDefault(found => found is not null);
        if (problem is not null)
        {
            return new() { Outcome = WhatIfOutcome.Invalid, Problem = problem };
        }

        var count = LedgerViews.CountJobs(ledger, options.Value.MaxManagedJobs);
        var newcomer = JobClaims.OfNewcomer(Domain, manifest!, jobOptions.Value, now, count);
        if (newcomer.Claim is not { } claim)
        {
            return new() { Outcome = WhatIfOutcome.Full, Problem = newcomer.Problem };
        }

        var with = CapacityLedger.Observe(ledger, claim);
        var told = question.Seconds is { } seconds ? new ToldLength(claim.Uid, seconds) : null;
        // One after the other under one deadline: that with the newcomer first, as it is what was asked for.
        var played = ClusterForecast.Play(with, _policy, now, told, deadline);
        return ForecastViews.Answer(claim.Uid, with, ClusterForecast.Play(ledger, _policy, now, null, deadline), played);
    }
}
