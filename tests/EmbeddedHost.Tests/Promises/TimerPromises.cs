using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Promises;

public abstract class TimerPromises<THost>(THost host) : GrainPromises<THost>(host)
    where THost : class, IGrainTestHost
{
    private static readonly TimeSpan Due = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_timer_ticks_when_it_is_due_and_then_a_period_after_each_tick()
    {
        var grain = Grain<ITickerGrain>();
        Open("tick-1-may-end");
        Open("tick-2-may-end");
        await grain.StartAsync(Due, Period, interleave: false);
        Host.Time.Advance(Due - TimeSpan.FromTicks(1));
        Assert.Equal(0, (await grain.GetTicksAsync()).Begun);

        Host.Time.Advance(TimeSpan.FromTicks(1));
        await Probe.WhenAsync($"{Key}/tick-1-ended");
        await AfterTickAsync(grain);
        Host.Time.Advance(Period);
        await Probe.WhenAsync($"{Key}/tick-2-ended");

        Assert.Equal(2, (await grain.GetTicksAsync()).Ended);
    }

    [Fact]
    public async Task A_tick_waits_for_the_running_call()
    {
        var grain = Grain<ITickerGrain>();
        await grain.StartAsync(Due, Period, interleave: false);
        var held = grain.HoldAsync();
        await Probe.WhenAsync($"{Key}/held");

        Host.Time.Advance(Due);
        Assert.Equal(0, (await grain.GetTicksAsync()).Begun);

        Open("release");
        await InTimeAsync(held);
        await Probe.WhenAsync($"{Key}/tick-1");
        Open("tick-1-may-end");
    }

    [Fact]
    public async Task A_tick_that_may_interleave_does_not_wait()
    {
        var grain = Grain<ITickerGrain>();
        await grain.StartAsync(Due, Period, interleave: true);
        var held = grain.HoldAsync();
        await Probe.WhenAsync($"{Key}/held");

        Host.Time.Advance(Due);
        await Probe.WhenAsync($"{Key}/tick-1");

        Open("tick-1-may-end");
        Open("release");
        await InTimeAsync(held);
    }

    [Fact]
    public async Task Ticks_never_overlap()
    {
        var grain = Grain<ITickerGrain>();
        await grain.StartAsync(Due, Period, interleave: true);
        Host.Time.Advance(Due);
        await Probe.WhenAsync($"{Key}/tick-1");

        Host.Time.Advance(Period * 5);

        Assert.Equal(1, (await grain.GetTicksAsync()).Begun);
        Open("tick-1-may-end");
    }

    [Fact]
    public async Task A_timer_that_is_disposed_of_ticks_no_more()
    {
        var grain = Grain<ITickerGrain>();
        await grain.StartAsync(Due, Period, interleave: false);
        await grain.StopAsync();

        Host.Time.Advance(Due + (Period * 3));

        await AfterTickAsync(grain);
        Assert.Equal(0, (await grain.GetTicksAsync()).Begun);
    }

    [Fact]
    public async Task Timers_end_with_their_activation()
    {
        var grain = Grain<ITickerGrain>();
        Open("tick-1-may-end");
        await grain.StartAsync(Due, Period, interleave: false);
        Host.Time.Advance(Due);
        await Probe.WhenAsync($"{Key}/tick-1-ended");

        await InTimeAsync(grain.EndAsync());
        await AfterTickAsync(grain);
        Host.Time.Advance(Period * 3);

        await AfterTickAsync(grain);
        Assert.False(Probe.IsRaised($"{Key}/tick-2"));
        Assert.Equal((0, 0, false), await InTimeAsync(grain.GetTicksAsync()));
    }

    /// <summary>A call that does not interleave is answered only after the tick, and the next one is timed by then.</summary>
    private async Task AfterTickAsync(ITickerGrain grain)
    {
        Open("release");
        await InTimeAsync(grain.HoldAsync());
    }
}
