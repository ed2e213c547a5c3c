using Sluice.Storage.Dialects;

namespace Sluice.Storage.Commits;

/// <summary>Removes events beyond the newest that are kept of a domain, some at a time.</summary>
internal sealed class EventPurge(int maxKept, int maxPurged)
{
    // As with markers: more often finds little, more seldom finds much at once.
    private readonly int _interval = Math.Max(1, Math.Min(maxKept / 4, 1_000));
    private readonly Dictionary<string, long> _nextAt = [];
    private readonly Queue<(string Domain, long Newest)> _due = [];

    public bool IsDue => _due.Count > 0;

    public void Note(string domain, long newest)
    {
        if (newest >= _nextAt.GetValueOrDefault(domain, maxKept + 1L))
        {
            _nextAt[domain] = newest + _interval;
            _due.Enqueue((domain, newest));
        }
    }

    /// <summary>One transaction for one domain.</summary>
    public void Run(IWriteSession session)
    {
        var (domain, newest) = _due.Dequeue();
        session.Begin();
        var purged = session.PurgeEvents(domain, newest - maxKept, maxPurged);
        session.Commit();
        if (purged == maxPurged)
        {
            // More are left; they come after the next batch.
            _due.Enqueue((domain, newest));
        }
    }
}
