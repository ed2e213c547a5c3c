using Microsoft.Extensions.DependencyInjection;
using Sluice.EmbeddedHost.Tests.Promises;
using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Embedded;

public interface IChainGrain : IGrainWithStringKey
{
    Task WriteAfterGateAsync(string text);
}

/// <summary>Calls another grain after a gate has been opened.</summary>
[GrainType("test-chain")]
public sealed class ChainGrain(Probe probe) : Grain, IChainGrain
{
    public async Task WriteAfterGateAsync(string text)
    {
        probe.Raise("chain/reached");
        await probe.WhenAsync("chain/gate");
        await GrainFactory.GetGrain<IRecordGrain>("chain").WriteAsync(text);
    }
}

public interface IRestlessGrain : IGrainWithStringKey
{
    Task PingAsync();
}

/// <summary>Wants to end as soon as it begins.</summary>
[GrainType("test-restless")]
public sealed class RestlessGrain : Grain, IRestlessGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task PingAsync() => Task.CompletedTask;
}

/// <summary>Never changed after it was made, whatever is in it.</summary>
[Immutable]
public sealed record Sealed(int[] Numbers);

public interface IPassingGrain : IGrainWithStringKey
{
    Task<Sealed> EchoAsync(Sealed value);

    Task<object> EchoAnythingAsync(object value);

    Task<(int[] Numbers, string Text)> EchoPairAsync((int[] Numbers, string Text) pair);

    Task<string?> GetAmbientAsync();

    Task<(bool IsFirstAlive, bool IsScoped, string Key)> GetServicesAsync();

    Task EndAsync();

    [AlwaysInterleave]
    Task<bool> WasCancelledAsync(CancellationToken cancellationToken);
}

/// <summary>A service that lives as long as an activation.</summary>
public sealed class Companion(Probe probe) : IDisposable
{
    public static AsyncLocal<string?> Ambient { get; } = new();

    public bool IsDisposed { get; private set; }

    public void Dispose()
    {
        IsDisposed = true;
        probe.Raise("companion-disposed");
    }
}

[GrainType("test-passing")]
public sealed class PassingGrain(IGrainContext context, Companion companion, IServiceProvider services)
    : Grain, IPassingGrain
{
    public Task<Sealed> EchoAsync(Sealed value) => Task.FromResult(value);

    public Task<object> EchoAnythingAsync(object value) => Task.FromResult(value);

    public Task<(int[] Numbers, string Text)> EchoPairAsync((int[] Numbers, string Text) pair) => Task.FromResult(pair);

    public async Task<string?> GetAmbientAsync()
    {
        await Task.Yield();
        return Companion.Ambient.Value;
    }

    public Task<(bool IsFirstAlive, bool IsScoped, string Key)> GetServicesAsync() =>
        Task.FromResult((
            !companion.IsDisposed,
            ReferenceEquals(companion, ServiceProvider.GetRequiredService<Companion>())
                && ReferenceEquals(companion, services.GetRequiredService<Companion>()),
            context.GrainId.Key.ToString()));

    public Task EndAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<bool> WasCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
        return cancellationToken.IsCancellationRequested;
    }
}
