using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Embedded;

public sealed class Limits : IAsyncLifetime
{
    private readonly EmbeddedTestHost _host = EmbeddedTestHost.Create(builder => builder
        .AddGrain<SubjectGrain>()
        .AddGrain<KeptGrain>()
        .Configure(options =>
        {
            options.MaxQueuedCalls = 3;
            options.MaxActivations = 20;
        }));

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_call_to_a_grain_that_has_too_many_fails_and_leaves_the_others_alone()
    {
        var grain = _host.Grains.GetGrain<ISubjectGrain>("crowded");
        var running = grain.HoldAsync("first");
        await _host.Probe.WhenAsync("crowded/first-reached");
        Task[] waiting = [grain.GetActivationAsync(), grain.GetActivationAsync()];

        var refused = await Assert.ThrowsAsync<GrainOverloadedException>(grain.GetActivationAsync);
        Assert.Contains("test-subject/crowded", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GrainOverloadedException>(grain.PeekAsync);

        _host.Probe.Raise("crowded/first");
        await Task.WhenAll([running, .. waiting]).InTimeAsync();
        Assert.Equal(1, await grain.PeekAsync());
    }

    [Fact]
    public async Task Beyond_the_limit_of_activations_the_longest_idle_end_first()
    {
        await _host.Grains.GetGrain<IKeptGrain>("kept").GetActivationAsync();
        for (var number = 0; number < 20; number++)
        {
            _host.Time.Advance(TimeSpan.FromSeconds(1));
            await _host.Grains.GetGrain<ISubjectGrain>($"idle-{number}").PeekAsync();
        }

        // 21 with the one that is kept alive; down to a twentieth below the limit.
        await _host.Probe.WhenAsync("idle-0/ended");
        await _host.Probe.WhenAsync("idle-1/ended");
        Assert.Equal(3, await PeekTwiceAsync("idle-19"));
        Assert.Equal(3, await PeekTwiceAsync("idle-2"));
    }

    [Fact]
    public async Task Busy_activations_do_not_end_however_many_there_are()
    {
        var held = Enumerable.Range(0, 25)
            .Select(number => _host.Grains.GetGrain<ISubjectGrain>($"busy-{number}").HoldAsync("gate"))
            .ToArray();
        await _host.Probe.WhenAsync("busy-24/gate-reached");

        for (var number = 0; number < 25; number++)
        {
            _host.Probe.Raise($"busy-{number}/gate");
        }

        await Task.WhenAll(held).InTimeAsync();
        Assert.Equal(1, _host.Probe.Count("busy-0/made"));
    }

    private async Task<int> PeekTwiceAsync(string key)
    {
        await _host.Grains.GetGrain<ISubjectGrain>(key).PeekAsync();
        return await _host.Grains.GetGrain<ISubjectGrain>(key).PeekAsync();
    }
}
