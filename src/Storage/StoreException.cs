namespace Sluice.Storage;

/// <summary>Why the store could not do what was asked.</summary>
public enum StoreFailure
{
    None = 0,

    /// <summary>Another process has the data folder or the database.</summary>
    Locked = 1,

    /// <summary>The data folder, or a file in it, cannot be written.</summary>
    ReadOnly = 2,

    /// <summary>No space left; reads go on, and writes do again once there is space.</summary>
    DiskFull = 3,

    /// <summary>A file is damaged, or is no database of Sluice.</summary>
    Corrupt = 4,

    /// <summary>A newer version of Sluice wrote the data.</summary>
    NewerSchema = 5,

    /// <summary>Reading or writing failed in another way; what is stored is unknown until it is read again.</summary>
    InputOutput = 6,

    /// <summary>The record is larger than a record may be.</summary>
    TooLarge = 7,

    /// <summary>The store is closed or closing.</summary>
    Closed = 8,

    /// <summary>
    /// The database does not answer, or is not to be had at the moment; it may be tried again until it does.
    /// </summary>
    Unavailable = 9,

    /// <summary>What was asked waited too long for what another process holds; it may be tried again.</summary>
    Busy = 10,

    /// <summary>
    /// What is stored is not what it was thought to be: another process wrote the same key at the same moment, or the
    /// writer's etag is wrong. The committer looks again before it tells anybody.
    /// </summary>
    Overtaken = 11,

    /// <summary>The database does not let this user in, or is not as it must be.</summary>
    Refused = 12,

    /// <summary>Another process has taken the database over; this one must be started again.</summary>
    Replaced = 13,
}

/// <summary>
/// The store could not do what was asked, for a reason that an operator can act on. A write that ends so was not
/// acknowledged; it may be repeated after reading again.
/// </summary>
public sealed class StoreException(StoreFailure reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public StoreFailure Reason { get; } = reason;
}
