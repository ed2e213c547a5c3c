using System.Collections.Immutable;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Changes;

/// <summary>
/// What was committed last, in memory: each domain's newest change number and, over all domains, the most recent rows,
/// so that a follower that is nearly up to date reads no database. Fed by the committer alone, which holds the lock on
/// the data.
/// </summary>
internal sealed class ChangeFeed(int maxRows, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DomainFeed> _domains = [];

    // In the order of commits, which is also the order within each domain.
    private readonly Queue<DomainFeed> _oldestFirst = [];
    private long _bytes;

    public long Newest(string domain)
    {
        lock (_gate)
        {
            return _domains.TryGetValue(domain, out var feed) ? feed.Newest : 0;
        }
    }

    /// <summary>The numbers as they are stored, at the start and where a commit's outcome was unknown.</summary>
    public void Reset(ImmutableArray<DomainNumbers> domains)
    {
        lock (_gate)
        {
            _oldestFirst.Clear();
            _bytes = 0;
            foreach (var numbers in domains)
            {
                var feed = GetOrAdd(numbers.Name);
                feed.Rows.Clear();
                feed.Newest = numbers.NewestChange;
                feed.Signal();
            }
        }
    }

    /// <summary>Rows that are committed, in the order of their change numbers within each domain.</summary>
    public void Publish(IReadOnlyList<JobWrite> jobs)
    {
        lock (_gate)
        {
            foreach (var job in jobs)
            {
                var feed = GetOrAdd(job.Domain);
                var row = job.ToRow();
                feed.Rows.Add(row.Change, row);
                feed.Newest = row.Change;
                _oldestFirst.Enqueue(feed);
                _bytes += row.Body.Length;
                feed.Signal();
            }

            while (_oldestFirst.Count > maxRows || _bytes > maxBytes)
            {
                _bytes -= _oldestFirst.Dequeue().DropOldest();
            }
        }
    }

    /// <summary>
    /// As <see cref="IJobRows.ReadChangesAsync"/>, where the rows since <paramref name="after"/> are here.
    /// </summary>
    public bool TryRead(string domain, long after, int max, out ImmutableArray<JobRow> rows)
    {
        lock (_gate)
        {
            if (_domains.TryGetValue(domain, out var feed))
            {
                return feed.TryRead(after, max, out rows);
            }

            rows = [];
            return true;
        }
    }

    /// <summary>Null: already newer.</summary>
    public Task? NextChange(string domain, long after)
    {
        lock (_gate)
        {
            var feed = GetOrAdd(domain);
            return feed.Newest > after ? null : feed.NextChange;
        }
    }

    private DomainFeed GetOrAdd(string domain)
    {
        if (!_domains.TryGetValue(domain, out var feed))
        {
            _domains.Add(domain, feed = new());
        }

        return feed;
    }
}
