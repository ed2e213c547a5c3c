using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Testing;

/// <summary>
/// What the stores promise, in memory and in the open: ordered, deterministic, and on the caller's thread, so that
/// simulations can run on it. For one thread at a time. It passes the tests of the real stores.
/// </summary>
public sealed partial class ModelStore : IGrainStorage, IJobRows, IRowCollections, IDueRows, IEventRows
{
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _timeProvider;
    private readonly SortedDictionary<(string Key, string StateName), ModelRecord> _records = new(RecordOrder);
    private readonly SortedDictionary<string, ModelJob> _jobs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ModelOwner> _owners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ModelDomain> _domains = new(StringComparer.Ordinal);
    private long _etagsMade;

    public ModelStore(JsonSerializerOptions json, TimeProvider timeProvider)
    {
        _json = json;
        _timeProvider = timeProvider;
        NextETag = () => (++_etagsMade).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Changes of a domain for which a deleted row stays as a marker. Default 100,000.</summary>
    public int MarkerLifetimeChanges { get; init; } = 100_000;

    /// <summary>Where etags come from. Default: a counter.</summary>
    public Func<string> NextETag { get; init; }

    /// <summary>
    /// Called before each commit, which waits for it. If it throws, nothing is written and the writer gets the exception.
    /// </summary>
    public Func<ModelCommit, Task>? BeforeCommit { get; set; }

    /// <summary>
    /// Called after each commit, before its answer. If it throws, the writer gets the exception, and it is written: a
    /// commit of unknown outcome.
    /// </summary>
    public Func<ModelCommit, Task>? AfterCommit { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString()!;
        var found = typeof(T).IsAssignableTo(typeof(IStoredJob))
            ? _jobs.TryGetValue(key, out var job) && job.ETag is not null ? new(job.ETag, job.Row.Body) : null
            : _records.GetValueOrDefault((key, stateName));
        if (found is null)
        {
            Forget(grainState);
        }
        else
        {
            grainState.State = JsonSerializer.Deserialize(found.Body.Span, TypeInfo<T>())!;
            grainState.ETag = found.ETag;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString()!;
        var expected = grainState.ETag;
        var body = JsonSerializer.SerializeToUtf8Bytes(grainState.State!, TypeInfo<T>());
        var indexed = grainState.State is IStoredJob job ? IndexedJob.Of(job) : null;
        var events = (grainState.State as IStoredJob)?.NewEvents ?? [];
        return CommitAsync(
            key,
            etag =>
            {
                if (indexed is not null)
                {
                    WriteJob(key, expected, etag, body, indexed);
                    Write(DomainOf(GrainKeys.ParseJob(key).Domain), events);
                }
                else
                {
                    Guard(key, _records.GetValueOrDefault((key, stateName))?.ETag, expected);
                    _records[(key, stateName)] = new(etag, body);
                }
            },
            etag =>
            {
                grainState.ETag = etag;
                grainState.RecordExists = true;
            });
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString()!;
        var expected = grainState.ETag;
        return CommitAsync(
            key,
            _ =>
            {
                if (typeof(T).IsAssignableTo(typeof(IStoredJob)))
                {
                    ClearJob(key, expected);
                }
                else
                {
                    Guard(key, _records.GetValueOrDefault((key, stateName))?.ETag, expected);
                    _records.Remove((key, stateName));
                }
            },
            _ => Forget(grainState));
    }

    private static Comparer<(string Key, string StateName)> RecordOrder { get; } =
        Comparer<(string Key, string StateName)>.Create((left, right) =>
            string.CompareOrdinal(left.Key, right.Key) is var order and not 0
                ? order
                : string.CompareOrdinal(left.StateName, right.StateName));

    private static void Forget<T>(IGrainState<T> grainState)
    {
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null!;
        grainState.RecordExists = false;
    }

    private static void Guard(string key, string? stored, string? expected)
    {
        if (stored != (string.IsNullOrEmpty(expected) ? null : expected))
        {
            throw new InconsistentStateException($"'{key}' is stored with etag {stored}, the writer had {expected}");
        }
    }

    /// <summary>Runs to its end at once where no hook waits.</summary>
    private async Task<string> CommitAsync(string key, Action<string> write, Action<string> onCommitted)
    {
        var commit = new ModelCommit(key, NextETag());
        if (BeforeCommit is { } before)
        {
            await before(commit);
        }

        write(commit.NewETag);
        if (AfterCommit is { } after)
        {
            await after(commit);
        }

        onCommitted(commit.NewETag);
        return commit.NewETag;
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T));

    private sealed record ModelRecord(string ETag, ReadOnlyMemory<byte> Body);

    private sealed record IndexedJob(bool IsActive, bool IsRunnable, bool IsDeleted, DateTimeOffset? DueAt)
    {
        public static IndexedJob Of(IStoredJob job) => new(job.IsActive, job.IsRunnable, job.IsDeleted, job.DueAt);
    }
}
