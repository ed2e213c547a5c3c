using System.Runtime.InteropServices;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Postgres;

/// <summary>
/// What a session that has the database alone need not ask again, because nobody else writes it: the counters of
/// domains and the ids of owners, as the session read or committed them last. Of what a key holds nothing is known:
/// there its writer is believed. What is written checks all of it.
/// </summary>
internal sealed class PostgresKnown
{
    /// <summary>Owners, some 150 bytes each; with one more all are forgotten and asked for again.</summary>
    public const int MaxOwners = 32_768;

    // As many as the store has domains, as in the memory of the newest changes.
    private readonly Dictionary<string, DomainNumbers> _domains = [];
    private readonly Dictionary<string, long> _owners = [];
    private bool _mustAsk = true;

    /// <summary>What was believed may have been wrong: the next transaction believes nothing.</summary>
    public void Clear()
    {
        _domains.Clear();
        _owners.Clear();
        _mustAsk = true;
    }

    public bool Has(string domain) => _domains.ContainsKey(domain);

    public void Add(DomainNumbers numbers) => _domains[numbers.Name] = numbers;

    /// <summary>Of a domain that is known.</summary>
    public ref DomainNumbers Numbers(string domain) => ref CollectionsMarshal.GetValueRefOrNullRef(_domains, domain);

    public void AddOwner(string key, long id)
    {
        if (_owners.Count >= MaxOwners)
        {
            _owners.Clear();
        }

        _owners[key] = id;
    }

    /// <summary>Sets <see cref="StoreWrite.Stored"/> of all to what is there if every writer is right.</summary>
    /// <returns>False: of some the database must be asked.</returns>
    public bool TryAssume(IReadOnlyList<StoreWrite> writes)
    {
        if (_mustAsk)
        {
            _mustAsk = false;
            return false;
        }

        foreach (var write in writes)
        {
            if (Assume(write) is not { } stored || (DomainOf(write) is { } domain && !Has(domain)))
            {
                return false;
            }

            write.Stored = stored;
        }

        return true;
    }

    /// <summary>Whose numbers the write takes; null: it takes none.</summary>
    public static string? DomainOf(StoreWrite write) =>
        write is JobWrite job ? job.Domain : write.Events.IsEmpty ? null : write.EventDomain;

    private StoredGuard? Assume(StoreWrite write) => write switch
    {
        JobWrite { ExpectedETag: { } etag } => Found(1, etag) with { IsDeleted = ETagSource.IsOfDeleted(etag) },
        RecordWrite { ExpectedETag: { } etag } => Found(1, etag),
        RowsWrite { ExpectedETag: { } etag } when _owners.TryGetValue(write.Key, out var id) => Found(id, etag),
        JobWrite { ExpectedETag: null, Body: not null, IsDeleted: false }
            or RecordWrite { ExpectedETag: null, Body: not null } => default(StoredGuard),
        _ => null,
    };

    private static StoredGuard Found(long id, string etag) =>
        new(id, etag, Added: 0, IsDeleted: false, JobActivity.None, DueAtTicks: null);
}
