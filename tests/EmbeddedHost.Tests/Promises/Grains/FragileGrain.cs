namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

/// <summary>A grain that cannot be activated before <c>{key}/mended</c> was raised.</summary>
[Alias("test.fragile")]
public interface IFragileGrain : IGrainWithStringKey
{
    [Alias("ping")]
    Task<string> PingAsync();
}

[GrainType("test-fragile")]
public sealed class FragileGrain(Probe probe) : Grain, IFragileGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (!probe.IsRaised($"{this.GetPrimaryKeyString()}/mended"))
        {
            throw new InvalidOperationException("not mended yet");
        }
    }

    public Task<string> PingAsync() => Task.FromResult("pong");
}
