using System.Collections.Concurrent;
using System.Text.Json;

namespace Sluice.EmbeddedHost.Tests.Promises;

/// <summary>A storage provider in memory, with etags, whose records a test can change behind the grains' backs.</summary>
public sealed class Records : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (string Body, string ETag)> _records = new();
    private int _etags;

    public void Put<T>(string grainId, T state) => _records[grainId] = (JsonSerializer.Serialize(state), NextETag());

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        var isThere = _records.TryGetValue(grainId.ToString(), out var record);
        grainState.State = isThere ? JsonSerializer.Deserialize<T>(record.Body)! : Activator.CreateInstance<T>();
        grainState.ETag = isThere ? record.ETag : null;
        grainState.RecordExists = isThere;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        ThrowIfChanged(grainId, grainState.ETag);
        var next = NextETag();
        _records[grainId.ToString()] = (JsonSerializer.Serialize(grainState.State), next);
        grainState.ETag = next;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        ThrowIfChanged(grainId, grainState.ETag);
        _records.TryRemove(grainId.ToString(), out _);
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private string NextETag() => Interlocked.Increment(ref _etags).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void ThrowIfChanged(GrainId grainId, string? expected)
    {
        var stored = _records.TryGetValue(grainId.ToString(), out var record) ? record.ETag : null;
        if (stored != expected)
        {
            throw new InconsistentStateException($"{grainId} is stored with etag {stored}, not {expected}");
        }
    }
}
