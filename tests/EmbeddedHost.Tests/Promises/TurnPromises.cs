using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Promises;

public abstract class TurnPromises<THost>(THost host) : GrainPromises<THost>(host)
    where THost : class, IGrainTestHost
{
    [Fact]
    public async Task Code_of_a_grain_never_runs_twice_at_once_not_even_after_awaits()
    {
        var grain = Grain<ISubjectGrain>();

        await InTimeAsync(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => grain.ChurnAsync(20))));

        var (count, overlaps) = await grain.ChurnedAsync();
        Assert.Equal(50 * 20 * 3, count);
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task A_call_waits_until_the_one_before_it_has_been_answered()
    {
        var grain = Grain<ISubjectGrain>();
        var first = grain.HoldAsync("first");
        await ReachedAsync("first");

        var second = grain.HoldAsync("second");
        await grain.PeekAsync();
        Assert.False(IsReached("second"));

        Open("first");
        await ReachedAsync("second");
        Open("second");
        await InTimeAsync(Task.WhenAll(first, second));
    }

    [Fact]
    public async Task A_call_that_always_interleaves_starts_while_another_one_awaits()
    {
        var grain = Grain<ISubjectGrain>();
        var held = grain.HoldAsync("held");
        await ReachedAsync("held");

        Assert.Equal(1, await InTimeAsync(grain.PeekAsync()));

        Open("held");
        await InTimeAsync(held);
    }

    [Fact]
    public async Task Read_only_calls_interleave_with_one_another_but_not_with_others()
    {
        var grain = Grain<ISubjectGrain>();
        var reads = new[] { grain.ReadAsync("read-1"), grain.ReadAsync("read-2") };
        await ReachedAsync("read-1");
        await ReachedAsync("read-2");

        var write = grain.HoldAsync("write");
        await grain.PeekAsync();
        Assert.False(IsReached("write"));

        Open("read-1");
        Open("read-2");
        await ReachedAsync("write");
        var lateRead = grain.ReadAsync("read-3");
        await grain.PeekAsync();
        Assert.False(IsReached("read-3"));

        Open("write");
        await ReachedAsync("read-3");
        Open("read-3");
        await InTimeAsync(Task.WhenAll([.. reads, write, lateRead]));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task An_exception_of_a_grain_reaches_its_caller(bool atOnce)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => InTimeAsync(Grain<ISubjectGrain>().FailAsync("as it was thrown", atOnce)));

        Assert.Equal("as it was thrown", failure.Message);
        Assert.Equal(1, await Grain<ISubjectGrain>().PeekAsync());
        Assert.Equal(1, Probe.Count($"{Key}/made"));
    }

    [Fact]
    public void References_to_one_grain_are_equal()
    {
        var grain = Grain<ISubjectGrain>();

        Assert.Equal(grain, Grain<ISubjectGrain>());
        Assert.Equal(grain.GetHashCode(), Grain<ISubjectGrain>().GetHashCode());
        Assert.NotEqual(grain, Host.Grains.GetGrain<ISubjectGrain>(Key + "x"));
        Assert.Equal(Key, grain.GetPrimaryKeyString());
        Assert.Equal($"test-subject/{Key}", grain.GetGrainId().ToString());
    }
}
