using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Simulation.Store;

/// <summary>
/// What the stores promise, in memory and in the open: ordered, deterministic, and on the caller's thread, so that
/// simulations can run on it. For one thread at a time. It passes the tests of the real stores.
/// </summary>
public sealed partial class ModelStore : IGrainStorage, IJobRows, IRowCollections, IDueRows, IEventRows
{
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _timeProvider;
    private readonly ModelTables _tables;

    public ModelStore(JsonSerializerOptions json, TimeProvider timeProvider)
        : this(json, timeProvider, new())
    {
    }

    /// <summary>One more process at the same tables.</summary>
    public ModelStore(JsonSerializerOptions json, TimeProvider timeProvider, ModelTables tables) =>
        (_json, _timeProvider, _tables) = (json, timeProvider, tables);

    /// <summary>Changes of a domain for which a deleted row stays as a marker. Default 100,000.</summary>
    public int MarkerLifetimeChanges { get; init; } = 100_000;

    /// <summary>
    /// Carries out each commit by the action that it is given: when it likes, or never. The writer goes on, or gets the
    /// exception, when the task completes: after the action has run, that is a commit of unknown outcome. Null: at
    /// once.
    /// </summary>
    public Func<ModelCommit, Action, Task>? CommitPath { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString()!;
        var found = typeof(T).IsAssignableTo(typeof(IStoredJob))
            ? _tables.Jobs.TryGetValue(key, out var job) && job.ETag is not null ? new(job.ETag, job.Row.Body) : null
            : _tables.Records.GetValueOrDefault((key, stateName));
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
        var job = grainState.State as IStoredJob;
        return CommitAsync(
            key,
            etag =>
            {
                if (job is not null)
                {
                    WriteJob(key, expected, etag, body, ModelIndex.Of(job), job);
                    Write(DomainOf(GrainKeys.ParseJob(key).Domain), job.NewEvents);
                }
                else
                {
                    Guard(key, _tables.Records.GetValueOrDefault((key, stateName))?.ETag, expected);
                    _tables.Records[(key, stateName)] = new ModelRecord(etag, body);
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
                    Guard(key, _tables.Records.GetValueOrDefault((key, stateName))?.ETag, expected);
                    _tables.Records.Remove((key, stateName));
                }
            },
            _ => Forget(grainState));
    }

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

    /// <summary>Runs to its end at once where no path waits.</summary>
    private async Task<string> CommitAsync(string key, Action<string> write, Action<string> onCommitted)
    {
        var commit = new ModelCommit(key, (++_tables.ETagsMade).ToString(CultureInfo.InvariantCulture));
        if (CommitPath is { } path)
        {
            await path(commit, () => write(commit.NewETag));
        }
        else
        {
            write(commit.NewETag);
        }

        onCommitted(commit.NewETag);
        return commit.NewETag;
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T));
}
