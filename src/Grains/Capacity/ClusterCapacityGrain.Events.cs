using Sluice.Grains.Events;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Ports;

namespace Sluice.Grains.Capacity;

public sealed partial class ClusterCapacityGrain
{
    public async Task<EventPage> ReadEventsAsync(EventQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, EventQuery.MaxEvents);
        var read = await ReadAsync();
        if (read.Rows.IsEmpty && query.MayWait)
        {
            await _events.WaitForEventAsync(Domain, read.Newest);
            read = await ReadAsync();
        }

        return EventViews.Page(read, query.Limit);

        Task<EventRows> ReadAsync() => query.After is { } after
            ? _events.ReadEventsAsync(Domain, after, query.Limit, query.Job)
            : _events.ReadLatestEventsAsync(Domain, query.Limit, query.Job);
    }
}
