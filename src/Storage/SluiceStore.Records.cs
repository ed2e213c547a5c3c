using System.Text.Json;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage;

/// <summary>The storage provider of grains. What is an <see cref="IStoredJob"/> becomes a job row.</summary>
public sealed partial class SluiceStore
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = KeyOf(stateName, grainId);
        var found = await (IsJob<T>()
            ? _jobReads.ReadAsync(key, CancellationToken.None)
            : _reads.ReadAsync(session => session.ReadRecord(key, stateName), CancellationToken.None))
            .ConfigureAwait(false);
        if (found is null)
        {
            Forget(grainState);
            return;
        }

        grainState.State = Deserialize<T>(key, found)!;
        grainState.ETag = found.ETag;
        grainState.RecordExists = true;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = KeyOf(stateName, grainId);
        var etag = grainState.State is IStoredJob { IsDeleted: true } ? _etags.NextOfDeleted() : _etags.Next();
        var body = JsonSerializer.SerializeToUtf8Bytes(grainState.State!, TypeInfo<T>());
        CheckBody(key, body.Length);
        Action onCommitted = () =>
        {
            grainState.ETag = etag;
            grainState.RecordExists = true;
        };
        var expected = ExpectedETag(grainState);
        StoreWrite write = grainState.State is IStoredJob job
            ? new JobWrite(key, GrainKeys.ParseJob(key).Domain, expected, etag, body)
            {
                Activity = job.IsRunnable ? JobActivity.Runnable
                    : job.IsActive ? JobActivity.Active
                    : JobActivity.None,
                IsDeleted = job.IsDeleted,
                DueAtTicks = job.DueAt?.UtcTicks,
                NewEvents = Checked(job.NewEvents),
                OnCommitted = onCommitted,
            }
            : new RecordWrite(key, stateName, expected, etag, body) { OnCommitted = onCommitted };
        return _queue.SubmitAsync(write, CancellationToken.None);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = KeyOf(stateName, grainId);
        var etag = _etags.Next();
        var expected = ExpectedETag(grainState);
        Action onCommitted = () => Forget(grainState);
        StoreWrite write = IsJob<T>()
            ? new JobWrite(key, GrainKeys.ParseJob(key).Domain, expected, etag, body: null)
            {
                Activity = JobActivity.None,
                IsDeleted = true,
                DueAtTicks = null,
                OnCommitted = onCommitted,
            }
            : new RecordWrite(key, stateName, expected, etag, body: null) { OnCommitted = onCommitted };
        return _queue.SubmitAsync(write, CancellationToken.None);
    }

    private static bool IsJob<T>() => typeof(T).IsAssignableTo(typeof(IStoredJob));

    private static string KeyOf(string stateName, GrainId grainId)
    {
        CheckKey(stateName, nameof(stateName));
        var key = grainId.Key.ToString()!;
        CheckKey(key, nameof(grainId));
        return key;
    }

    // An empty etag means the same as none to those who have no null.
    private static string? ExpectedETag<T>(IGrainState<T> grainState) =>
        string.IsNullOrEmpty(grainState.ETag) ? null : grainState.ETag;

    private static void Forget<T>(IGrainState<T> grainState)
    {
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null!;
        grainState.RecordExists = false;
    }

    private T? Deserialize<T>(string key, StoredRecord found)
    {
        try
        {
            return JsonSerializer.Deserialize(found.Body, TypeInfo<T>());
        }
        catch (JsonException exception)
        {
            throw new StoreException(
                StoreFailure.Corrupt,
                $"what is stored under '{key}' in {_dialect.Description} is no {typeof(T).Name}: {exception.Message}",
                exception);
        }
    }
}
