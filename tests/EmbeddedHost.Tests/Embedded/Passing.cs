namespace Sluice.EmbeddedHost.Tests.Embedded;

public sealed class Passing : IAsyncLifetime
{
    private readonly EmbeddedTestHost _host = EmbeddedTestHost.Create(builder => builder.AddGrain<PassingGrain>());

    private IPassingGrain Grain => _host.Grains.GetGrain<IPassingGrain>("passing");

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_is_immutable_is_passed_as_it_is()
    {
        var value = new Sealed([1]);

        Assert.Same(value, await Grain.EchoAsync(value));
        Assert.Same(value, await Grain.EchoAnythingAsync(value));
    }

    [Fact]
    public async Task What_can_change_inside_a_tuple_is_copied()
    {
        var numbers = new[] { 1, 2 };

        var (copy, text) = await Grain.EchoPairAsync((numbers, "text"));

        Assert.Equal(numbers, copy);
        Assert.NotSame(numbers, copy);
        Assert.Equal("text", text);
    }

    [Fact]
    public async Task What_can_be_neither_shared_nor_copied_fails_the_call_and_is_named()
    {
        var failure = await Assert.ThrowsAsync<NotSupportedException>(
            () => Grain.EchoAnythingAsync(new System.Text.StringBuilder()));

        Assert.Contains("IPassingGrain.EchoAnythingAsync", failure.Message, StringComparison.Ordinal);
        Assert.Contains("StringBuilder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_execution_context_of_the_caller_flows_and_that_of_the_first_caller_does_not_stay()
    {
        Companion.Ambient.Value = "first";
        Assert.Equal("first", await Grain.GetAmbientAsync());

        Companion.Ambient.Value = "second";
        Assert.Equal("second", await Grain.GetAmbientAsync());

        Companion.Ambient.Value = null;
        Assert.Null(await Grain.GetAmbientAsync());
    }

    [Fact]
    public async Task Scoped_services_live_as_long_as_the_activation()
    {
        Assert.Equal((true, true, "passing"), await Grain.GetServicesAsync());

        await Grain.EndAsync();

        await _host.Probe.WhenAsync("companion-disposed");
        Assert.Equal((true, true, "passing"), await Grain.GetServicesAsync());
    }

    [Fact]
    public async Task A_cancellation_token_reaches_the_grain()
    {
        using var source = new CancellationTokenSource();
        var call = Grain.WasCancelledAsync(source.Token);
        await Grain.GetAmbientAsync();

        await source.CancelAsync();

        Assert.True(await call.InTimeAsync());
    }
}
