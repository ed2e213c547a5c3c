using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Storage;

/// <summary>What happened.</summary>
public sealed partial class SluiceStore
{
    public Task<EventRows> ReadEventsAsync(
        string domain, long after, int max, string? jobName = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _reads.ReadAsync(
            session => session.ReadEvents(domain, after, max, jobName, _options.MaxEvents), cancellationToken);
    }

    public Task<EventRows> ReadLatestEventsAsync(
        string domain, int max, string? jobName = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _reads.ReadAsync(
            session => session.ReadLatestEvents(domain, max, jobName, _options.MaxEvents), cancellationToken);
    }

    public async Task WaitForEventAsync(string domain, long after, CancellationToken cancellationToken = default)
    {
        if (_events.Next(domain, after) is { } next)
        {
            await next.WaitAsync(MaxWait, _timeProvider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private ImmutableArray<NewEvent> Checked(ImmutableArray<NewEvent> events)
    {
        foreach (var happened in events)
        {
            CheckKey(happened.Kind, nameof(events));
            CheckBody(happened.Kind, happened.Body.Length);
        }

        return events;
    }
}
