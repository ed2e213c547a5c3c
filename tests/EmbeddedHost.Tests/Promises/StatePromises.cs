using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Promises;

public abstract class StatePromises<THost>(THost host) : GrainPromises<THost>(host)
    where THost : class, IGrainTestHost
{
    [Fact]
    public async Task State_is_loaded_before_the_activation_and_the_first_call()
    {
        var grain = Grain<IRecordGrain>();
        Host.Records.Put(grain.GetGrainId().ToString(), new TextState { Text = "stored before" });

        var (atActivation, now, _) = await InTimeAsync(grain.ReadAsync());

        Assert.Equal("stored before", atActivation);
        Assert.Equal("stored before", now);
    }

    [Fact]
    public async Task A_grain_without_a_record_begins_with_a_new_state()
    {
        var (atActivation, _, _) = await InTimeAsync(Grain<IRecordGrain>().ReadAsync());

        Assert.Equal("", atActivation);
    }

    [Fact]
    public async Task What_was_written_is_there_after_the_activation_has_ended()
    {
        var grain = Grain<IRecordGrain>();
        await grain.WriteAsync("kept");
        var (_, _, activation) = await grain.ReadAsync();
        var control = Grain<ISubjectGrain>();
        await control.PeekAsync();

        await Host.EndIdleAsync();
        await Probe.WhenAsync($"{Key}/ended");

        var (atActivation, _, next) = await InTimeAsync(grain.ReadAsync());
        Assert.Equal("kept", atActivation);
        Assert.NotEqual(activation, next);
    }

    [Fact]
    public async Task A_cleared_record_leaves_a_new_state()
    {
        var grain = Grain<IRecordGrain>();
        await grain.WriteAsync("gone soon");

        var recordExists = await grain.ClearAsync();

        Assert.False(recordExists);
        Assert.Equal("", (await grain.ReadAsync()).Now);
        await grain.WriteAsync("again");
        Assert.Equal("again", (await grain.ReadAsync()).Now);
    }

    [Fact]
    public async Task A_conflict_reaches_the_caller_and_drops_the_activation()
    {
        var grain = Grain<IRecordGrain>();
        await grain.WriteAsync("mine");
        var (_, _, activation) = await grain.ReadAsync();
        Host.Records.Put(grain.GetGrainId().ToString(), new TextState { Text = "another's" });

        await Assert.ThrowsAsync<InconsistentStateException>(() => InTimeAsync(grain.WriteAsync("mine again")));

        var (atActivation, now, next) = await InTimeAsync(grain.ReadAsync());
        Assert.Equal("another's", atActivation);
        Assert.Equal("another's", now);
        Assert.NotEqual(activation, next);
    }

    [Fact]
    public async Task A_conflict_of_one_grain_does_not_drop_the_grain_that_called_it()
    {
        var relay = Grain<IRelayGrain>();
        var activation = await relay.GetActivationAsync();
        await relay.WriteAsync("mine");
        Host.Records.Put(Grain<IRecordGrain>().GetGrainId().ToString(), new TextState { Text = "another's" });

        await Assert.ThrowsAsync<InconsistentStateException>(() => InTimeAsync(relay.WriteAsync("mine again")));

        Assert.Equal(activation, await relay.GetActivationAsync());
        Assert.Equal("another's", (await Grain<IRecordGrain>().ReadAsync()).Now);
    }
}
