using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Embedded;

public sealed class Stopping : IAsyncLifetime
{
    private readonly EmbeddedTestHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_stopping_host_finishes_running_and_waiting_calls_and_takes_no_new_ones()
    {
        var grain = _host.Grains.GetGrain<ISubjectGrain>("draining");
        var running = grain.HoldAsync("gate");
        await _host.Probe.WhenAsync("draining/gate-reached");
        var waiting = grain.GetActivationAsync();

        var stop = _host.StopAsync();
        var refused = await Assert.ThrowsAsync<SiloUnavailableException>(grain.PeekAsync);
        Assert.Contains("test-subject/draining", refused.Message, StringComparison.Ordinal);
        Assert.False(stop.IsCompleted);

        _host.Probe.Raise("draining/gate");
        await Task.WhenAll(running, waiting, stop).InTimeAsync();
        Assert.Equal(1, _host.Probe.Count($"draining/ended-{DeactivationReasonCode.ShuttingDown}"));
    }

    [Fact]
    public async Task A_call_that_runs_may_still_call_other_grains()
    {
        var chain = _host.Grains.GetGrain<IChainGrain>("chain");
        var running = chain.WriteAfterGateAsync("last words");
        await _host.Probe.WhenAsync("chain/reached");

        var stop = _host.StopAsync();
        _host.Probe.Raise("chain/gate");

        await Task.WhenAll(running, stop).InTimeAsync();
    }

    [Fact]
    public async Task A_call_that_does_not_end_holds_a_stop_up_only_so_long()
    {
        var running = _host.Grains.GetGrain<ISubjectGrain>("stuck").HoldAsync("gate");
        await _host.Probe.WhenAsync("stuck/gate-reached");

        var stop = _host.StopAsync();
        _host.Time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.IsTrueAsync(
            () =>
            {
                _host.Time.Advance(TimeSpan.FromSeconds(30));
                return stop.IsCompleted;
            },
            "the host has stopped");

        _host.Probe.Raise("stuck/gate");
        await running.InTimeAsync();
    }

    [Fact]
    public async Task An_activation_that_does_not_end_in_time_is_abandoned_and_its_calls_go_to_a_new_one()
    {
        var grain = _host.Grains.GetGrain<ISubjectGrain>("slow");
        var ending = grain.EndAsync("never-opened-in-time");
        await _host.Probe.WhenAsync("slow/never-opened-in-time-reached");
        var late = grain.GetActivationAsync();

        _host.Time.Advance(TimeSpan.FromSeconds(30));

        var next = await late.InTimeAsync();
        _host.Probe.Raise("slow/never-opened-in-time");
        Assert.NotEqual(next, await ending.InTimeAsync());
    }

    [Fact]
    public async Task A_grain_that_ends_every_activation_fails_its_calls_instead_of_passing_them_on_for_ever()
    {
        var grain = _host.Grains.GetGrain<IRestlessGrain>("restless");

        var failure = await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => grain.PingAsync().InTimeAsync());

        Assert.Contains("IRestlessGrain.PingAsync", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_tick_is_told_that_its_activation_ends()
    {
        var grain = _host.Grains.GetGrain<ITickerGrain>("told");
        await grain.StartAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), interleave: true);
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        await _host.Probe.WhenAsync("told/tick-1");

        await grain.EndAsync();

        await _host.Probe.WhenAsync("told/tick-cancelled");
    }
}
