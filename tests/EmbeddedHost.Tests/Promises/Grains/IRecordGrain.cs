namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

/// <summary>A grain with a stored text.</summary>
[Alias("test.record")]
public interface IRecordGrain : IGrainWithStringKey
{
    /// <summary>What was loaded when the activation began, and what is there now.</summary>
    [Alias("read")]
    Task<(string AtActivation, string Now, Guid Activation)> ReadAsync();

    [Alias("write")]
    Task WriteAsync(string text);

    [Alias("clear")]
    Task<bool> ClearAsync();
}

/// <summary>A grain that passes calls on to the record grain of the same key.</summary>
[Alias("test.relay")]
public interface IRelayGrain : IGrainWithStringKey
{
    [Alias("activation")]
    Task<Guid> GetActivationAsync();

    [Alias("write")]
    Task WriteAsync(string text);
}
