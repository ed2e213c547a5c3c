using Sluice.Grains.Interfaces;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Commits;

/// <summary>What becomes of each write of one transaction. Used again for the next one.</summary>
internal sealed class CommitOutcome
{
    private readonly List<StoreWrite> _passed = [];
    private readonly List<StoreWrite> _conflicts = [];
    private readonly List<StoreWrite> _alreadyStored = [];
    private readonly List<JobWrite> _jobs = [];
    private readonly Dictionary<string, DomainCount> _domains = [];
    private readonly EventNumbering _events = new();

    /// <summary>Those whose rows are written, in the order in which they came.</summary>
    public IReadOnlyList<StoreWrite> Passed => _passed;

    public IReadOnlyList<StoreWrite> Conflicts => _conflicts;

    /// <summary>Those whose rows an earlier try has written.</summary>
    public IReadOnlyList<StoreWrite> AlreadyStored => _alreadyStored;

    /// <summary>
    /// The job rows among <see cref="Passed"/>, in the order of their change numbers within each domain.
    /// </summary>
    public IReadOnlyList<JobWrite> Jobs => _jobs;

    /// <summary>The number of the newest event of each domain that got any.</summary>
    public IReadOnlyDictionary<string, long> NewestEvents => _events.Newest;

    /// <summary>Decides from the guards that were read who passes.</summary>
    public void Judge(List<StoreWrite> batch)
    {
        _passed.Clear();
        _conflicts.Clear();
        _alreadyStored.Clear();
        _jobs.Clear();
        _events.Clear();
        foreach (var write in batch)
        {
            var stored = write.Stored.ETag;
            if (stored == write.NewETag || (stored is null && write.ExpectedETag is null && IsClear(write)))
            {
                // An earlier try of unknown outcome did commit; or there is nothing to clear.
                _alreadyStored.Add(write);
            }
            else if (stored != write.ExpectedETag)
            {
                _conflicts.Add(write);
            }
            else
            {
                _passed.Add(write);
                if (write is JobWrite job)
                {
                    _jobs.Add(job);
                }
            }
        }
    }

    /// <summary>Writes the rows of those that passed, with their numbers.</summary>
    public void Write(IWriteSession session)
    {
        TakeNumbers(session);
        foreach (var write in _passed)
        {
            switch (write)
            {
                case JobWrite job:
                    session.WriteJob(job, _domains[job.Domain].Id);
                    break;
                case RecordWrite record:
                    session.WriteRecord(record);
                    break;
                case RowsWrite rows:
                    session.WriteRows(rows);
                    break;
                default:
                    throw new InvalidOperationException($"no table for {write.Kind}");
            }
        }

        _events.Write(session, _passed);
    }

    /// <summary>Tells every writer; only after the commit.</summary>
    public void Answer()
    {
        foreach (var write in _passed)
        {
            write.Complete();
        }

        foreach (var write in _alreadyStored)
        {
            write.Complete();
        }

        foreach (var write in _conflicts)
        {
            write.Fail(new InconsistentStateException(
                $"'{GrainKeys.ForLogs(write.Key)}' is stored with etag {write.Stored.ETag ?? "none"}, the writer had "
                + $"{write.ExpectedETag ?? "none"}"));
        }
    }

    private static bool IsClear(StoreWrite write) => write is JobWrite { Body: null } or RecordWrite { Body: null };

    /// <summary>
    /// Each domain's counters are updated once a transaction; rows get theirs in the order they came in.
    /// </summary>
    private void TakeNumbers(IWriteSession session)
    {
        _domains.Clear();
        foreach (var job in _jobs)
        {
            var count = _domains.GetValueOrDefault(job.Domain);
            job.Change = ++count.Changes;
            job.Added = job.IsAddition ? ++count.Additions : 0;
            _domains[job.Domain] = count;
        }

        foreach (var (domain, count) in _domains)
        {
            var taken = session.TakeNumbers(domain, count.Changes, count.Additions);
            _domains[domain] = count with
            {
                Id = taken.Id,
                FirstChange = taken.NewestChange - count.Changes,
                FirstAdded = taken.NewestAdded - count.Additions,
            };
        }

        foreach (var job in _jobs)
        {
            var count = _domains[job.Domain];
            job.Change += count.FirstChange;
            job.Added = job.Added == 0 ? job.Stored.Added : job.Added + count.FirstAdded;
        }
    }

    private record struct DomainCount(int Changes, int Additions, long Id, long FirstChange, long FirstAdded);
}
