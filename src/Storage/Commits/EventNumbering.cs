using System.Runtime.InteropServices;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Commits;

/// <summary>Numbers and writes the events of one transaction. Used again for the next one.</summary>
internal sealed class EventNumbering
{
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<string, long> _newest = [];

    /// <summary>The number of the newest event of each domain that got any.</summary>
    public IReadOnlyDictionary<string, long> Newest => _newest;

    /// <summary>Before each try: numbers of one that failed are nobody's.</summary>
    public void Clear()
    {
        _counts.Clear();
        _newest.Clear();
    }

    /// <summary>
    /// Writes the events of all, in their order. Nothing is asked of the database where there are none.
    /// </summary>
    public void Write(IWriteSession session, List<StoreWrite> passed)
    {
        foreach (var write in passed)
        {
            if (!write.Events.IsEmpty)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, write.EventDomain, out _) += write.Events.Length;
            }
        }

        foreach (var (domain, count) in _counts)
        {
            var taken = session.TakeEventNumbers(domain, count);
            var number = taken.Newest - count;
            foreach (var write in passed)
            {
                if (write.Events.IsEmpty || write.EventDomain != domain)
                {
                    continue;
                }

                foreach (var happened in write.Events)
                {
                    session.WriteEvent(happened, taken.DomainId, ++number);
                }
            }

            _newest[domain] = taken.Newest;
        }
    }
}
