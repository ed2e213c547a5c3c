using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Jobs;
using Sluice.Manifests;
using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Capacity;

public sealed partial class ClusterCapacityGrain
{
    private (LedgerState Ledger, DateTimeOffset At, Task<ForecastResult> Result)? _forecast;

    public async Task<AllocationOutlook?> ExplainAsync(string uid)
    {
        var ledger = await SettledAsync();
        return ledger.Entries.TryGetValue(uid, out var entry) && !entry.Claim.IsEnding
            ? ForecastViews.Outlook(ledger, entry, await ForecastAsync(ledger))
            : null;
    }

    public async Task<WhatIfAnswer> WhatIfAsync(WhatIf question)
    {
        var (manifest, problem) = ManifestReader.Read(question.Manifest);
        problem ??= manifestChecks.Select(check => check.FindProblem(question.Manifest))
            .FirstOrDefault(found => found is not null);
        if (problem is not null)
        {
            return new() { Problem = problem };
        }

        var ledger = await SettledAsync();
        var claim = JobClaims.OfNewcomer(Domain, manifest!, jobOptions.Value, time.GetUtcNow());
        var with = CapacityLedger.Observe(ledger, claim);
        var told = question.Seconds is { } seconds ? new ToldLength(claim.Uid, seconds) : null;
        return ForecastViews.Answer(claim.Uid, with, await ForecastAsync(ledger), await PlayAsync(with, told));
    }

    /// <summary>All who ask about the same ledger within a moment share one forecast.</summary>
    private Task<ForecastResult> ForecastAsync(LedgerState ledger)
    {
        var now = time.GetUtcNow();
        if (_forecast is not { } latest || latest.Ledger != ledger || now - latest.At > options.Value.TickInterval)
        {
            _forecast = latest = (ledger, now, PlayAsync(ledger));
        }

        return latest.Result;
    }

    /// <summary>Off the grain's turns: the ledger is a frozen copy.</summary>
    private async Task<ForecastResult> PlayAsync(LedgerState ledger, ToldLength? told = null)
    {
        var now = time.GetUtcNow();
        using var deadline = new CancellationTokenSource(options.Value.ForecastTimeout, time);
        return await Task.Run(() => ClusterForecast.Play(ledger, policy, now, told, deadline.Token));
    }
}
