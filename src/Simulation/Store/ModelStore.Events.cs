using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Simulation.Store;

/// <summary>What happened.</summary>
public sealed partial class ModelStore
{
    /// <summary>Events that are kept of a domain. Default 100,000.</summary>
    public int MaxEvents { get; init; } = 100_000;

    public Task<EventRows> ReadEventsAsync(
        string domain, long after, int max, string? jobName = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new EventRows(
            [.. Kept(domain, jobName).Where(row => row.Number > after).Take(max)], DomainOf(domain).NewestEvent));

    public Task<EventRows> ReadLatestEventsAsync(
        string domain, int max, string? jobName = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new EventRows([.. Kept(domain, jobName).TakeLast(max)], DomainOf(domain).NewestEvent));

    public async Task WaitForEventAsync(string domain, long after, CancellationToken cancellationToken = default)
    {
        var events = DomainOf(domain);
        if (events.NewestEvent <= after)
        {
            events.WaitingForEvent ??= new();
            await events.WaitingForEvent.Task.WaitAsync(MaxWait, _timeProvider, cancellationToken)
                .ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>With the commit of what they tell of.</summary>
    private void Write(ModelDomain domain, ImmutableArray<NewEvent> events)
    {
        foreach (var happened in events)
        {
            domain.Events.Enqueue(new(++domain.NewestEvent, happened));
        }

        while (domain.Events.Count > MaxEvents)
        {
            domain.Events.Dequeue();
        }

        if (!events.IsEmpty)
        {
            var waiting = domain.WaitingForEvent;
            domain.WaitingForEvent = null;
            waiting?.SetResult();
        }
    }

    private IEnumerable<EventRow> Kept(string domain, string? jobName) =>
        DomainOf(domain).Events
            .Where(row => jobName is null || row.Event.JobName == jobName);
}
