using System.Diagnostics;
using Sluice.EmbeddedHost.Tests.Promises.Grains;
using Xunit.Abstractions;

namespace Sluice.EmbeddedHost.Tests.Embedded;

/// <summary>Alone in the process, because it measures memory.</summary>
[CollectionDefinition(nameof(Footprint), DisableParallelization = true)]
public sealed class FootprintCollection;

[Collection(nameof(Footprint))]
public sealed class Footprint(ITestOutputHelper output) : IAsyncLifetime
{
    private const int MaxBytesAnActivation = 1024;

    private readonly EmbeddedTestHost _host = EmbeddedTestHost.Create(
        builder => builder.AddGrain<KeptGrain>().AddGrain<RecordGrain>());

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_idle_activation_with_a_stored_state_takes_less_than_a_kilobyte()
    {
        const int count = 20_000;
        await ReadAllAsync("warm", 100);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await ReadAllAsync("idle", count);

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        output.WriteLine($"{bytes} bytes an activation, its key included");
        Assert.InRange(bytes, 1, MaxBytesAnActivation);
        GC.KeepAlive(_host);
    }

    [Fact]
    public async Task A_hundred_thousand_calls_are_all_answered_by_one_activation_a_key()
    {
        const int callers = 64;
        const int callsEach = 2_000;
        var watch = Stopwatch.StartNew();

        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(CallManyAsync)).InTimeAsync();

        var microseconds = watch.Elapsed.TotalMicroseconds / (callers * callsEach);
        output.WriteLine($"{microseconds:F2} µs a call, {callers} callers, answer awaited before the next call");
        Assert.All(answers, activations => Assert.Single(activations));
        Assert.Equal(callers, answers.SelectMany(activations => activations).Distinct().Count());

        async Task<HashSet<Guid>> CallManyAsync(int caller)
        {
            var activations = new HashSet<Guid>();
            for (var call = 0; call < callsEach; call++)
            {
                activations.Add(await _host.Grains.GetGrain<IKeptGrain>($"caller-{caller}").GetActivationAsync());
            }

            return activations;
        }
    }

    private async Task ReadAllAsync(string name, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await _host.Grains.GetGrain<IRecordGrain>($"{name}-{number}").ReadAsync();
        }
    }
}
