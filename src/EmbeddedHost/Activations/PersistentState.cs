namespace Sluice.EmbeddedHost.Activations;

/// <summary>A state that is read before the first call.</summary>
internal interface ILoadedState
{
    Task LoadAsync();
}

/// <summary>
/// One stored record of a grain; the same object faces the grain and the storage provider. As on Orleans, the provider
/// says what the state is where nothing is stored any more.
/// </summary>
internal sealed class PersistentState<TState>(Activation activation, string stateName, IGrainStorage storage)
    : IPersistentState<TState>, IGrainState<TState>, ILoadedState
{
    private TState? _state = Activator.CreateInstance<TState>();
    private string? _etag;
    private bool _recordExists;

    public TState State
    {
        get => _state!;
        set => _state = value;
    }

    public string? Etag => _etag;

    public bool RecordExists => _recordExists;

    TState? IGrainState<TState>.State
    {
        get => _state;
        set => _state = value;
    }

    string? IGrainState<TState>.ETag
    {
        get => _etag;
        set => _etag = value;
    }

    bool IGrainState<TState>.RecordExists
    {
        get => _recordExists;
        set => _recordExists = value;
    }

    public Task LoadAsync() => ReadStateAsync();

    public Task ReadStateAsync() => storage.ReadStateAsync(stateName, activation.GrainId, this);

    public Task WriteStateAsync() => storage.WriteStateAsync(stateName, activation.GrainId, this);

    public Task ClearStateAsync() => storage.ClearStateAsync(stateName, activation.GrainId, this);
}
