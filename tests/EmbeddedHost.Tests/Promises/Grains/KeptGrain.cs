namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

/// <summary>A grain that does not end as idle.</summary>
[Alias("test.kept")]
public interface IKeptGrain : IGrainWithStringKey
{
    [Alias("activation")]
    Task<Guid> GetActivationAsync();
}

[GrainType("test-kept"), KeepAlive]
public sealed class KeptGrain : Grain, IKeptGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<Guid> GetActivationAsync() => Task.FromResult(_activation);
}
