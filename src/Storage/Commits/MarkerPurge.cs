using Sluice.Storage.Changes;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Commits;

/// <summary>Removes markers of deleted jobs that no follower near the newest change needs, some at a time.</summary>
internal sealed class MarkerPurge(int lifetimeChanges, int maxMarkers)
{
    // Looked at again after so many changes of a domain; more often finds little, more seldom finds much at once.
    private readonly int _intervalChanges = Math.Max(1, Math.Min(lifetimeChanges / 4, 1_000));
    private readonly Dictionary<string, long> _nextAt = [];
    private readonly Queue<string> _due = [];

    public bool IsDue => _due.Count > 0;

    public void Note(string domain, long newestChange)
    {
        if (newestChange >= _nextAt.GetValueOrDefault(domain, lifetimeChanges + 1L))
        {
            _nextAt[domain] = newestChange + _intervalChanges;
            _due.Enqueue(domain);
        }
    }

    /// <summary>One transaction for one domain.</summary>
    public void Run(IWriteSession session, ChangeFeed feed)
    {
        var domain = _due.Dequeue();
        session.Begin();
        var purged = session.PurgeMarkers(domain, feed.Newest(domain) - lifetimeChanges, maxMarkers);
        session.Commit();
        if (purged == maxMarkers)
        {
            // More are left; they come after the next batch.
            _due.Enqueue(domain);
        }
    }
}
