namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

public sealed class TextState
{
    public string Text { get; set; } = "";
}

[GrainType("test-record")]
public sealed class RecordGrain([PersistentState("text", "records")] IPersistentState<TextState> record)
    : Grain, IRecordGrain
{
    private readonly Guid _activation = Guid.NewGuid();
    private string _atActivation = "not activated";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _atActivation = record.State.Text;
        return Task.CompletedTask;
    }

    public Task<(string AtActivation, string Now, Guid Activation)> ReadAsync() =>
        Task.FromResult((_atActivation, record.State.Text, _activation));

    public async Task WriteAsync(string text)
    {
        record.State = new() { Text = text };
        await record.WriteStateAsync();
    }

    public async Task<bool> ClearAsync()
    {
        await record.ClearStateAsync();
        return record.RecordExists;
    }
}

[GrainType("test-relay")]
public sealed class RelayGrain : Grain, IRelayGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<Guid> GetActivationAsync() => Task.FromResult(_activation);

    public Task WriteAsync(string text) =>
        GrainFactory.GetGrain<IRecordGrain>(this.GetPrimaryKeyString()).WriteAsync(text);
}
