using System.Collections.Immutable;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;

namespace Sluice.Storage.Dialects;

/// <summary>
/// One kind of database: its connections and the text of its statements, and no decision. What is batched, what passes
/// its guard, which etag and which numbers a row gets is decided above, the same for every dialect.
/// </summary>
internal interface IStoreDialect : IDisposable
{
    /// <summary>Names the database in messages.</summary>
    string Description { get; }

    /// <summary>True: other processes write to the database too, each with a store of its own.</summary>
    bool IsShared { get; }

    /// <summary>
    /// How often to look whether the writer's connection lives while nobody writes; null: it cannot be lost.
    /// </summary>
    TimeSpan? PingInterval { get; }

    IWriteSession OpenWriter();

    IReadSession OpenReader();

    /// <summary>
    /// Tells of the commits of others from now on, soon and at best: the numbers of the domains that they wrote to.
    /// </summary>
    /// <returns>Ends it; null where nobody else commits.</returns>
    IDisposable? Listen(Action<DomainNumbers> onCommitted);
}

/// <summary>The committer's connection. Used by one thread; holds at most one transaction.</summary>
internal interface IWriteSession : IDisposable
{
    void Begin();

    /// <summary>
    /// Sets <see cref="StoreWrite.Stored"/> of all, in one statement. They are sorted, one entry a key. Where nobody
    /// else writes it may set what is there if every writer's etag is right; then <see cref="Commit"/> makes sure.
    /// </summary>
    void ReadGuards(IReadOnlyList<StoreWrite> writes);

    /// <summary>
    /// Takes the next numbers of a domain and returns the last ones taken; makes the domain if it is new.
    /// </summary>
    DomainNumbers TakeNumbers(string domain, int changeCount, int additionCount);

    /// <summary>Takes the next numbers of events and returns the last one; makes the domain if it is new.</summary>
    EventNumbers TakeEventNumbers(string domain, int count);

    void WriteJob(JobWrite write, long domainId);

    void WriteRecord(RecordWrite write);

    void WriteRows(RowsWrite write);

    void WriteEvent(NewEvent happened, long domainId, long number);

    /// <summary>Removes a domain's oldest markers up to a change, and keeps the highest purged one.</summary>
    /// <returns>How many were removed; fewer than <paramref name="max"/>: none are left.</returns>
    int PurgeMarkers(string domain, long throughChange, int max);

    /// <summary>Removes a domain's oldest events up to a number.</summary>
    /// <returns>As <see cref="PurgeMarkers"/>.</returns>
    int PurgeEvents(string domain, long throughNumber, int max);

    /// <summary>
    /// If it throws, the outcome is unknown; but where it was <see cref="StoreFailure.Overtaken"/>, nothing is committed,
    /// and what is stored is to be read again.
    /// </summary>
    void Commit();

    /// <summary>
    /// Ends a transaction that found what an earlier one, whose commit was broken off, has stored: afterwards that is as
    /// safe as if its commit had been answered. A standby that every commit waits for may not have it yet.
    /// </summary>
    void Confirm();

    /// <summary>
    /// Where no transaction is open the database is asked nothing. The guards of the next one are read, not supposed.
    /// </summary>
    void Rollback();

    /// <summary>All domains, after a transaction of unknown outcome has come to its end.</summary>
    ImmutableArray<DomainNumbers> ReadDomains();

    /// <summary>Throws where the connection is lost.</summary>
    void Ping();
}

/// <summary>A reader's connection. Used by one thread at a time; each call sees one committed state.</summary>
internal interface IReadSession : IDisposable
{
    StoredRecord? ReadRecord(string key, string stateName);

    /// <summary>By key; those that are not there, or were cleared, are left out.</summary>
    Dictionary<string, StoredRecord> ReadJobs(IReadOnlyCollection<string> keys);

    /// <summary>Null where markers after that number were purged.</summary>
    ImmutableArray<JobRow>? ReadChanges(string domain, long after, int max);

    ImmutableArray<JobRow> ReadActive(string domain, long after, int max);

    ImmutableArray<JobRow> ReadRunnable(string domain, long after, int max);

    ImmutableArray<JobRow> ReadInOrder(string domain, long after, int max);

    /// <summary>Events of the newest <paramref name="maxKept"/> alone; oldest first.</summary>
    EventRows ReadEvents(string domain, long after, int max, string? jobName, int maxKept);

    /// <summary>The newest ones, oldest first; as <see cref="ReadEvents"/>.</summary>
    EventRows ReadLatestEvents(string domain, int max, string? jobName, int maxKept);

    OwnedRows LoadRows(string owner);

    /// <summary>Null: the owner has committed nothing.</summary>
    string? ReadOwner(string owner);

    ImmutableArray<string> ReadDue(long nowTicks, int max);

    /// <summary>The numbers of these domains, as they are committed; those without any are left out.</summary>
    ImmutableArray<DomainNumbers> ReadNewest(IReadOnlyCollection<string> domains);
}

/// <summary>A record's etag and body.</summary>
internal sealed record StoredRecord(string ETag, byte[] Body);

/// <summary>The counters of a domain.</summary>
internal readonly record struct DomainNumbers(
    long Id, string Name, long NewestChange, long NewestAdded, long NewestEvent);

/// <summary>The counter of a domain's events.</summary>
internal readonly record struct EventNumbers(long DomainId, long Newest);
