using System.Collections.Immutable;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Ports;
using Sluice.Scheduling.Ranking;

namespace Sluice.Grains.Capacity;

public sealed partial class ClusterCapacityGrain
{
    public async Task<ImmutableArray<UndeliveredAllocation>> ReadUndeliveredAsync(long after, int max) =>
        LedgerViews.Undelivered(await SettledAsync(), after, max);

    public async Task<CapacityView> GetAsync() => LedgerViews.View(await SettledAsync(), _policy.Name);

    public Task<ManagedJobCount> CountJobsAsync() =>
        Task.FromResult(LedgerViews.CountJobs(_ledger, options.Value.MaxManagedJobs));

    public async Task<RankedJobs> RankAsync(RankQuery query)
    {
        if (await jobs.ReadNewestChangeAsync(Domain) > _follower.Position)
        {
            await JoinAsync(command: null);
        }

        return new(Pieces(_follower.Lists.Get(LedgerViews.Order(query.Order), query.X, query.Limit)));
    }

    public async Task<JobPage> ReadJobsAsync(long after, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, JobPage.MaxRecords);
        var page = await jobs.ReadInOrderAsync(Domain, after, max);
        var pieces = new RecordPieces();
        foreach (var row in page)
        {
            pieces.Add(Jobs.JobRows.RecordJson(row).Span);
        }

        return new(Pieces(pieces.Build()), page.Length, page.Length < max ? null : page[^1].Added);
    }

    public async Task<EventPage> ReadEventsAsync(EventQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, EventQuery.MaxEvents);
        var read = await ReadAsync();
        if (read.Rows.IsEmpty && query.MayWait)
        {
            await events.WaitForEventAsync(Domain, read.Newest);
            read = await ReadAsync();
        }

        return EventViews.Page(read, query.Limit);

        Task<EventRows> ReadAsync() => query.After is { } after
            ? events.ReadEventsAsync(Domain, after, query.Limit, query.Job)
            : events.ReadLatestEventsAsync(Domain, query.Limit, query.Job);
    }

    private static ImmutableArray<JsonPiece> Pieces(ImmutableArray<ReadOnlyMemory<byte>> encoded) =>
        ImmutableArray.CreateRange(encoded, piece => new JsonPiece(piece));
}
