using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Promises;

public abstract class ActivationPromises<THost>(THost host) : GrainPromises<THost>(host)
    where THost : class, IGrainTestHost
{
    [Fact]
    public async Task All_calls_of_a_key_go_to_one_activation()
    {
        var activations = await InTimeAsync(Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(() => Grain<ISubjectGrain>().GetActivationAsync()))));

        Assert.Single(activations.Distinct());
        Assert.Equal(1, Probe.Count($"{Key}/made"));
    }

    [Fact]
    public async Task Another_key_is_another_grain()
    {
        var activation = await Grain<ISubjectGrain>().GetActivationAsync();

        Assert.NotEqual(activation, await Host.Grains.GetGrain<ISubjectGrain>(Key.ToUpperInvariant()).GetActivationAsync());
    }

    [Fact]
    public async Task A_failed_activation_fails_its_callers_and_the_next_call_tries_anew()
    {
        var grain = Grain<IFragileGrain>();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => InTimeAsync(grain.PingAsync()));
        Assert.Equal("not mended yet", failure.Message);

        Open("mended");
        Assert.Equal("pong", await InTimeAsync(grain.PingAsync()));
    }

    [Fact]
    public async Task An_idle_activation_ends_and_the_next_call_makes_a_new_one()
    {
        var grain = Grain<ISubjectGrain>();
        var activation = await grain.GetActivationAsync();

        await Host.EndIdleAsync();
        await Probe.WhenAsync($"{Key}/ended");

        Assert.Equal(1, Probe.Count($"{Key}/ended-{DeactivationReasonCode.ActivationIdle}"));
        Assert.NotEqual(activation, await InTimeAsync(grain.GetActivationAsync()));
    }

    [Fact]
    public async Task An_activation_that_is_kept_alive_does_not_end_as_idle()
    {
        var other = Grain<ISubjectGrain>();
        await other.PeekAsync();
        var activation = await Grain<IKeptGrain>().GetActivationAsync();

        await Host.EndIdleAsync();
        await Probe.WhenAsync($"{Key}/ended");

        Assert.Equal(activation, await Grain<IKeptGrain>().GetActivationAsync());
    }

    [Fact]
    public async Task An_activation_with_a_running_call_is_not_idle()
    {
        var grain = Grain<ISubjectGrain>();
        var activation = await grain.GetActivationAsync();
        var held = grain.HoldAsync("held");
        await ReachedAsync("held");

        await Host.EndIdleAsync();
        Open("held");
        await InTimeAsync(held);

        Assert.Equal(activation, await grain.GetActivationAsync());
    }

    [Fact]
    public async Task Calls_that_arrive_while_an_activation_ends_go_to_the_next_one_and_there_are_never_two()
    {
        var grain = Grain<ISubjectGrain>();
        var ending = grain.EndAsync("ending");
        await ReachedAsync("ending");
        var late = Enumerable.Range(0, 20).Select(_ => grain.GetActivationAsync()).ToArray();

        Open("ending");
        var first = await InTimeAsync(ending);
        var following = await InTimeAsync(Task.WhenAll(late));

        Assert.Single(following.Distinct());
        Assert.DoesNotContain(first, following);
        Assert.Equal(2, Probe.Count($"{Key}/made"));
        Assert.Equal(0, Probe.Count($"{Key}/alive-at-call"));
        Assert.Equal(1, Probe.Count($"{Key}/ended-{DeactivationReasonCode.ApplicationRequested}"));
    }
}
