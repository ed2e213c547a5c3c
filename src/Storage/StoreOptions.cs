using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Sluice.Storage;

/// <summary>Settings of the store.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// The folder that holds the database of SQLite; made if it is not there. One process at a time may have it.
    /// Of PostgreSQL it holds nothing, and none is needed; a process that has the database alone takes its lock too.
    /// </summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>How records become JSON; with a resolver that knows every stored type.</summary>
    [Required]
    public JsonSerializerOptions? Json { get; set; }

    /// <summary>
    /// Writers that may wait for the committer; more wait for a place. 1 to 1,000,000; default 8,192.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedWrites { get; set; } = 8_192;

    /// <summary>Writers in one transaction. 1 to 10,000; default 512.</summary>
    [Range(1, 10_000)]
    public int MaxBatchWrites { get; set; } = 512;

    /// <summary>
    /// Bytes of bodies in one transaction; a single larger write makes a transaction of its own. 1 to 1 GiB;
    /// default 4 MiB.
    /// </summary>
    [Range(1, 1 << 30)]
    public int MaxBatchBytes { get; set; } = 4 << 20;

    /// <summary>Bytes of one record or row. 1 to 512 MiB; default 16 MiB.</summary>
    [Range(1, 512 << 20)]
    public int MaxBodyBytes { get; set; } = 16 << 20;

    /// <summary>Reads that may run at once; each keeps a connection. 1 to 64; default 4.</summary>
    [Range(1, 64)]
    public int MaxConcurrentReads { get; set; } = 4;

    /// <summary>
    /// Newest committed job rows that are kept in memory over all domains, so that a follower that is nearly up to date
    /// needs no read. 0 to 1,000,000; default 4,096.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxRecentRows { get; set; } = 4_096;

    /// <summary>Bytes of those rows. 0 to 1 GiB; default 8 MiB.</summary>
    [Range(0, 1 << 30)]
    public int MaxRecentBytes { get; set; } = 8 << 20;

    /// <summary>
    /// Changes of a domain for which a deleted row stays as a marker; a follower that is further behind begins anew.
    /// 1 to 1,000,000,000; default 100,000.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public int MarkerLifetimeChanges { get; set; } = 100_000;

    /// <summary>
    /// Markers, and as many events, that are purged at a time, between two commits. 1 to 10,000; default 500.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxPurgedMarkers { get; set; } = 500;

    /// <summary>
    /// Events that are kept of a domain, the newest ones; each is some 300 bytes. 1 to 10,000,000; default 100,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxEvents { get; set; } = 100_000;

    /// <summary>Bytes that the database may grow to, without its log; 0: no limit of ours. Default 0.</summary>
    [Range(0, long.MaxValue)]
    public long MaxDatabaseBytes { get; set; }
}
