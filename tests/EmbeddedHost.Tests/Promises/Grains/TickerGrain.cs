namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

/// <summary>A grain with a timer: tick n raises <c>{key}/tick-n</c> and waits for <c>{key}/tick-n-may-end</c>.</summary>
[Alias("test.ticker")]
public interface ITickerGrain : IGrainWithStringKey
{
    [Alias("start")]
    Task StartAsync(TimeSpan dueTime, TimeSpan period, bool interleave);

    [Alias("stop")]
    Task StopAsync();

    [Alias("hold")]
    Task HoldAsync();

    [Alias("ticks"), AlwaysInterleave]
    Task<(int Begun, int Ended, bool IsCancelled)> GetTicksAsync();

    [Alias("end")]
    Task EndAsync();
}

[GrainType("test-ticker")]
public sealed class TickerGrain(Probe probe) : Grain, ITickerGrain
{
    private IGrainTimer? _timer;
    private int _begun;
    private int _ended;
    private bool _isCancelled;

    private string Key => this.GetPrimaryKeyString();

    public Task StartAsync(TimeSpan dueTime, TimeSpan period, bool interleave)
    {
        _timer = this.RegisterGrainTimer(TickAsync, new(dueTime, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public async Task HoldAsync()
    {
        probe.Raise($"{Key}/held");
        await probe.WhenAsync($"{Key}/release");
    }

    public Task<(int Begun, int Ended, bool IsCancelled)> GetTicksAsync() =>
        Task.FromResult((_begun, _ended, _isCancelled));

    public Task EndAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        var number = ++_begun;
        probe.Raise($"{Key}/tick-{number}");
        var mayEnd = probe.WhenAsync($"{Key}/tick-{number}-may-end");
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.Register(cancelled.SetResult);
        await Task.WhenAny(mayEnd, cancelled.Task);
        _isCancelled |= cancellationToken.IsCancellationRequested;
        if (_isCancelled)
        {
            probe.Raise($"{Key}/tick-cancelled");
        }

        _ended++;
        probe.Raise($"{Key}/tick-{number}-ended");
    }
}
