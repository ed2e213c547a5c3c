using System.Collections.Immutable;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Changes;

/// <summary>
/// What was committed last, in memory: each domain's newest change number and, over all domains, the most recent rows,
/// so that a follower that is nearly up to date reads no database. Where one process has the data its committer alone
/// feeds it, and it is always right. Where several share them it knows its own commits and what it has heard or read of
/// others': rows are here only as long as none is missing between them.
/// </summary>
internal sealed class ChangeFeed(int maxRows, long maxBytes, bool isShared = false)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DomainFeed> _domains = [];

    // In the order of commits, which is also the order within each domain. Some may be gone already.
    private readonly Queue<(DomainFeed Feed, long Change)> _oldestFirst = [];
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
                feed.Clear();
                // What was heard of another's commit may be newer than what was read before it.
                feed.Newest = Math.Max(isShared ? feed.Newest : 0, numbers.NewestChange);
                feed.Signal();
            }
        }
    }

    /// <summary>The newest number of a domain as it was read or heard; rows that it makes incomplete are dropped.</summary>
    public void Observe(string domain, long newest)
    {
        lock (_gate)
        {
            var feed = GetOrAdd(domain);
            if (newest > feed.Newest)
            {
                _bytes -= feed.Clear();
                feed.Newest = newest;
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
                if (row.Change <= feed.Newest)
                {
                    // Heard of, or read, before its own committer came to tell.
                    continue;
                }

                if (row.Change > feed.Newest + 1)
                {
                    _bytes -= feed.Clear();
                }

                feed.Rows.Add(row.Change, row);
                feed.Newest = row.Change;
                _oldestFirst.Enqueue((feed, row.Change));
                _bytes += row.Body.Length;
                feed.Signal();
            }

            while (_oldestFirst.Count > maxRows || _bytes > maxBytes)
            {
                var (feed, change) = _oldestFirst.Dequeue();
                _bytes -= feed.Drop(change);
            }
        }
    }

    /// <summary>
    /// As <see cref="IJobRows.ReadChangesAsync"/>, where the rows since <paramref name="after"/> are here. Of shared data
    /// it never says that there are none: another process may have committed some.
    /// </summary>
    public bool TryRead(string domain, long after, int max, out ImmutableArray<JobRow> rows)
    {
        lock (_gate)
        {
            if (_domains.TryGetValue(domain, out var feed))
            {
                return feed.TryRead(after, max, out rows) && (!isShared || !rows.IsEmpty);
            }

            rows = [];
            return !isShared;
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
