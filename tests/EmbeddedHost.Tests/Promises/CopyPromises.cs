using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Promises;

public abstract class CopyPromises<THost>(THost host) : GrainPromises<THost>(host)
    where THost : class, IGrainTestHost
{
    [Fact]
    public async Task An_argument_that_its_caller_changes_later_does_not_change_in_the_grain()
    {
        var crate = new Crate { Items = ["a"], Counts = { ["x"] = [1, 2] } };
        await Grain<IBoxGrain>().PutAsync(crate);

        crate.Items.Add("b");
        crate.Counts["x"][0] = 9;

        var kept = await Grain<IBoxGrain>().GetAsync();
        Assert.Equal(["a"], kept.Items);
        Assert.Equal([1, 2], kept.Counts["x"]);
    }

    [Fact]
    public async Task A_result_that_its_caller_changes_does_not_change_in_the_grain_nor_the_other_way()
    {
        var grain = Grain<IBoxGrain>();
        var first = await grain.GetAsync();
        first.Items.Add("only here");
        await grain.AddAsync("only there");

        Assert.Equal(["only here"], first.Items);
        Assert.Equal(["only there"], (await grain.GetAsync()).Items);
    }

    [Fact]
    public async Task An_argument_that_a_grain_changes_does_not_change_for_its_caller()
    {
        int[] numbers = [3, 1, 2];

        var sorted = await Grain<IBoxGrain>().SortAsync(numbers);

        Assert.Equal([1, 2, 3], sorted);
        Assert.Equal([3, 1, 2], numbers);
    }

    [Fact]
    public async Task What_is_one_object_before_is_one_object_after()
    {
        var crate = new Crate { Items = ["round"] };
        crate.Inner = crate;
        await Grain<IBoxGrain>().PutAsync(crate);

        var kept = await Grain<IBoxGrain>().GetAsync();

        Assert.NotSame(crate, kept);
        Assert.Same(kept, kept.Inner);
    }
}
