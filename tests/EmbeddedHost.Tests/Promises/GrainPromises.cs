namespace Sluice.EmbeddedHost.Tests.Promises;

/// <summary>Promises that both hosts keep; a class a host derives from each of them.</summary>
public abstract class GrainPromises<THost>(THost host) : IClassFixture<THost>
    where THost : class, IGrainTestHost
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    protected THost Host { get; } = host;

    protected Probe Probe => Host.Probe;

    /// <summary>Of this test alone: each test is an object of its own.</summary>
    protected string Key { get; } = "key-" + Guid.NewGuid().ToString("N");

    protected TGrain Grain<TGrain>()
        where TGrain : IGrainWithStringKey => Host.Grains.GetGrain<TGrain>(Key);

    /// <summary>Raises an event that the grain of this test waits for.</summary>
    protected void Open(string gate) => Probe.Raise($"{Key}/{gate}");

    protected Task ReachedAsync(string gate) => Probe.WhenAsync($"{Key}/{gate}-reached");

    protected bool IsReached(string gate) => Probe.IsRaised($"{Key}/{gate}-reached");

    protected static Task InTimeAsync(Task task) => task.WaitAsync(Deadline);

    protected static Task<T> InTimeAsync<T>(Task<T> task) => task.WaitAsync(Deadline);
}
