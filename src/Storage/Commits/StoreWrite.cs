using System.Collections.Immutable;
using Sluice.Grains.Ports;

namespace Sluice.Storage.Commits;

/// <summary>Which table guards a write.</summary>
internal enum WriteKind
{
    None = 0,
    Record = 1,
    Job = 2,
    Rows = 3,
}

/// <summary>Whom a job's row still concerns.</summary>
internal enum JobActivity
{
    None = 0,

    /// <summary><see cref="Sluice.Grains.Ports.IStoredJob.IsActive"/>.</summary>
    Active = 1,

    /// <summary><see cref="Sluice.Grains.Ports.IStoredJob.IsRunnable"/>.</summary>
    Runnable = 2,
}

/// <summary>
/// What is stored under the key of a write, as its guard found it. A dialect leaves out what it need not know.
/// </summary>
/// <param name="Id">Of the row, in its table; 0: there is none.</param>
/// <param name="ETag">Null: nothing, or what was cleared.</param>
/// <param name="Added">Of a job: its place in the order of addition.</param>
/// <param name="IsDeleted">Of a job.</param>
/// <param name="Activity">Of a job.</param>
/// <param name="DueAtTicks">Null: never.</param>
internal readonly record struct StoredGuard(
    long Id, string? ETag, long Added, bool IsDeleted, JobActivity Activity, long? DueAtTicks);

/// <summary>One writer's entry in a batch: all of it is committed, or nothing.</summary>
internal abstract class StoreWrite(WriteKind kind, string key, string? expectedETag, string newETag)
{
    // The writer's continuation must not run on the committer's thread.
    private readonly TaskCompletionSource<string> _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WriteKind Kind { get; } = kind;

    public string Key { get; } = key;

    /// <summary>Null: there must be nothing.</summary>
    public string? ExpectedETag { get; } = expectedETag;

    public string NewETag { get; } = newETag;

    /// <summary>What the write weighs in a batch.</summary>
    public abstract int BodyBytes { get; }

    /// <summary>Two writes of one batch never have the same.</summary>
    public virtual (WriteKind Kind, string Key, string StateName) Identity => (Kind, Key, "");

    /// <summary>What the write tells of.</summary>
    public virtual ImmutableArray<NewEvent> Events => [];

    /// <summary>The domain of <see cref="Events"/>; asked for only where there are any.</summary>
    public virtual string EventDomain => throw new InvalidOperationException($"{Kind} has no events");

    /// <summary>Updates the caller's memory, after the commit and before the answer.</summary>
    public Action? OnCommitted { get; init; }

    /// <summary>Set by the guards of the transaction that is tried, read or supposed.</summary>
    public StoredGuard Stored { get; set; }

    /// <summary>Completes with the new etag after the commit.</summary>
    public Task<string> Committed => _committed.Task;

    public void Complete()
    {
        OnCommitted?.Invoke();
        _committed.TrySetResult(NewETag);
    }

    public void Fail(Exception exception) => _committed.TrySetException(exception);
}
