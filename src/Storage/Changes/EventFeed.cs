using System.Collections.Immutable;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Changes;

/// <summary>
/// Wakes those who wait for events. Knows only numbers that were committed for sure, so that after a commit of unknown
/// outcome, or of another process, somebody may wait a little longer.
/// </summary>
internal sealed class EventFeed
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _newest = [];
    private TaskCompletionSource? _waiting;

    public EventFeed(ImmutableArray<DomainNumbers> domains)
    {
        foreach (var numbers in domains)
        {
            _newest[numbers.Name] = numbers.NewestEvent;
        }
    }

    /// <summary>Domains with the number of their newest event, as committed.</summary>
    public void Publish(IReadOnlyDictionary<string, long> newest)
    {
        if (newest.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            foreach (var (domain, number) in newest)
            {
                _newest[domain] = Math.Max(number, _newest.GetValueOrDefault(domain));
            }

            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    /// <summary>The number of another process's newest event, as it was heard.</summary>
    public void Observe(string domain, long newest)
    {
        lock (_gate)
        {
            if (newest > _newest.GetValueOrDefault(domain))
            {
                _newest[domain] = newest;
                _waiting?.TrySetResult();
                _waiting = null;
            }
        }
    }

    /// <summary>Completes with the next event of any domain. Null: there is one already.</summary>
    public Task? Next(string domain, long after)
    {
        lock (_gate)
        {
            return _newest.GetValueOrDefault(domain) > after
                ? null
                : (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
