using System.Collections.Immutable;
using Sluice.Grains.Capacity;
using Sluice.Scheduling.Forecasts;
using Sluice.Scheduling.Ledger;

namespace Sluice.Grains.Tests.Capacity;

public sealed class ForecastViewsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly LedgerState Ledger = new[] { "a", "b", "c", "d" }
        .Select((name, place) => new JobClaim
        {
            Uid = name,
            JobKey = $"job/default/{name}",
            JobName = name,
            Namespace = "default",
            Replicas = 1,
            GpuReq = 1,
            GpuLim = 1,
            ArrivedAt = place,
            Added = place,
        })
        .Aggregate(LedgerState.Empty, CapacityLedger.Observe);

    [Fact]
    public void The_place_in_the_queue_is_by_the_starts_that_are_expected_and_by_arrival_where_nobody_can_tell()
    {
        var forecast = Forecast(("a", null), ("b", 300), ("c", null), ("d", 200));

        Assert.Equal([3, 2, 4, 1], Ledger.Entries.Keys.Select(uid => Place(uid, forecast)));
    }

    [Fact]
    public void Without_a_forecast_it_is_by_arrival() =>
        Assert.Equal([1, 2, 3, 4], Ledger.Entries.Keys.Select(uid => Place(uid, null)));

    private static int Place(string uid, ForecastResult? forecast) =>
        ForecastViews.Outlook(Ledger, Ledger.Entries[uid], forecast).Queue!.Position;

    private static ForecastResult Forecast(params (string Uid, int? StartsIn)[] jobs) => new(
        Now,
        jobs.ToImmutableSortedDictionary(
            job => job.Uid,
            job => new JobForecast(job.Uid, job.Uid, IsWaiting: true, IsMeasured: false, "")
            {
                StartsAt = job.StartsIn is { } seconds ? Now.AddSeconds(seconds) : null,
            }),
        [],
        IsCutShort: false);
}
