namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>One server for all tests of a class, which use names of their own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal SluiceServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    public async Task InitializeAsync() => Server = await SluiceServer.StartAsync("--gpus", "8");

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
