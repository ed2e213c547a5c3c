using Microsoft.Extensions.DependencyInjection;

namespace Sluice.EmbeddedHost.Tests.Embedded;

public sealed class Registration
{
    private interface INamed : IGrainWithStringKey
    {
        Task<string> NameAsync();
    }

    private interface IOnlyFirst : INamed;

    private interface ITakesStream : IGrainWithStringKey
    {
        Task TakeAsync(Stream stream);
    }

    private interface IReturnsNoTask : IGrainWithStringKey
    {
        int Count();
    }

    [Fact]
    public async Task An_interface_of_several_classes_is_ambiguous_and_says_so()
    {
        await using var host = new Disposing(builder => builder.AddGrain<First>().AddGrain<Second>());

        var failure = Assert.Throws<ArgumentException>(() => host.Grains.GetGrain<INamed>("key"));

        Assert.Contains("INamed is ambiguous", failure.Message, StringComparison.Ordinal);
        Assert.Contains("First, Second", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_ambiguous_is_found_by_an_own_interface_a_class_name_or_a_full_grain_id()
    {
        await using var host = new Disposing(builder => builder.AddGrain<First>().AddGrain<Second>());

        Assert.Equal("first", await host.Grains.GetGrain<IOnlyFirst>("key").NameAsync());
        Assert.Equal("second", await host.Grains.GetGrain<INamed>("key", typeof(Second).FullName).NameAsync());
        Assert.Equal("second", await host.Grains.GetGrain<INamed>(GrainId.Create("second", "key")).NameAsync());
        Assert.Throws<ArgumentException>(() => host.Grains.GetGrain<INamed>(GrainId.Create("third", "key")));
    }

    [Fact]
    public async Task An_interface_that_no_class_implements_is_refused()
    {
        await using var host = new Disposing(builder => builder.AddGrain<First>());

        var failure = Assert.Throws<ArgumentException>(() => host.Grains.GetGrain<ITakesStream>("key"));

        Assert.Contains("ITakesStream", failure.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(null), InlineData("")]
    public async Task A_grain_without_a_key_is_refused(string? key)
    {
        await using var host = new Disposing(builder => builder.AddGrain<First>());

        Assert.ThrowsAny<ArgumentException>(() => host.Grains.GetGrain<IOnlyFirst>(key!));
    }

    [Fact]
    public void A_parameter_that_can_be_neither_shared_nor_copied_is_named()
    {
        var failure = Refusal(builder => builder.AddGrain<TakesStream>());

        Assert.Contains("ITakesStream.TakeAsync, parameter stream", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_returns_no_task_is_named() =>
        Assert.Contains(
            "IReturnsNoTask.Count", Refusal(builder => builder.AddGrain<ReturnsNoTask>()), StringComparison.Ordinal);

    [Fact]
    public void A_class_without_a_grain_type_is_named() =>
        Assert.Contains(
            "Typeless has no [GrainType]", Refusal(builder => builder.AddGrain<Typeless>()), StringComparison.Ordinal);

    [Fact]
    public void A_state_that_cannot_be_made_is_named() =>
        Assert.Contains(
            "parameter record", Refusal(builder => builder.AddGrain<StateWithoutConstructor>()), StringComparison.Ordinal);

    [Fact]
    public void Two_classes_of_one_grain_type_are_refused() =>
        Assert.Contains(
            "'first'", Refusal(builder => builder.AddGrain<First>().AddGrain<FirstAgain>()), StringComparison.Ordinal);

    [Fact]
    public async Task A_missing_storage_is_reported_at_the_start()
    {
        var host = EmbeddedTestHost.Create(builder => builder.AddGrain<WithUnknownStorage>());

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(host.InitializeAsync);

        Assert.Contains("WithUnknownStorage", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'nowhere'", failure.Message, StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_storage_without_a_key_serves_every_name()
    {
        var host = EmbeddedTestHost.Create(
            builder => builder.AddGrain<WithUnknownStorage>(),
            services => services.AddSingleton<IGrainStorage>(new Promises.Records()));
        await host.InitializeAsync();

        Assert.Equal("", await host.Grains.GetGrain<INamed>("key").NameAsync());
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Limits_out_of_range_are_reported_with_their_name()
    {
        var host = EmbeddedTestHost.Create(
            builder => builder.AddGrain<First>().Configure(options => options.MaxActivations = 0));

        var failure = await Assert.ThrowsAnyAsync<Exception>(host.InitializeAsync);

        Assert.Contains(nameof(EmbeddedHostOptions.MaxActivations), failure.Message, StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    private static string Refusal(Action<EmbeddedGrainHostBuilder> configure)
    {
        var host = EmbeddedTestHost.Create(configure);
        return Assert.ThrowsAny<Exception>(() => host.Grains).Message;
    }

    [GrainType("first")]
    private sealed class First : Grain, IOnlyFirst
    {
        public Task<string> NameAsync() => Task.FromResult("first");
    }

    [GrainType("first")]
    private sealed class FirstAgain : Grain, INamed
    {
        public Task<string> NameAsync() => Task.FromResult("first again");
    }

    [GrainType("second")]
    private sealed class Second : Grain, INamed
    {
        public Task<string> NameAsync() => Task.FromResult("second");
    }

    private sealed class Typeless : Grain, INamed
    {
        public Task<string> NameAsync() => Task.FromResult("");
    }

    [GrainType("takes-stream")]
    private sealed class TakesStream : Grain, ITakesStream
    {
        public Task TakeAsync(Stream stream) => Task.CompletedTask;
    }

    [GrainType("returns-no-task")]
    private sealed class ReturnsNoTask : Grain, IReturnsNoTask
    {
        public int Count() => 0;
    }

    private sealed class NeedsText(string text)
    {
        public string Text => text;
    }

    [GrainType("state-without-constructor")]
    private sealed class StateWithoutConstructor([PersistentState("s", "records")] IPersistentState<NeedsText> record)
        : Grain, INamed
    {
        public Task<string> NameAsync() => Task.FromResult(record.State.Text);
    }

    [GrainType("with-unknown-storage")]
    private sealed class WithUnknownStorage(
        [PersistentState("s", "nowhere")] IPersistentState<Promises.Grains.TextState> record) : Grain, INamed
    {
        public Task<string> NameAsync() => Task.FromResult(record.State.Text);
    }

    /// <summary>A host for one test.</summary>
    private sealed class Disposing(Action<EmbeddedGrainHostBuilder> configure) : IAsyncDisposable
    {
        private readonly EmbeddedTestHost _host = EmbeddedTestHost.Create(configure);

        public IGrainFactory Grains => _host.Grains;

        public async ValueTask DisposeAsync() => await _host.DisposeAsync();
    }
}
