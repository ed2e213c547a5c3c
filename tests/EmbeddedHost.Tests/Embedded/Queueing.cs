using Sluice.EmbeddedHost.Tests.Promises.Grains;

namespace Sluice.EmbeddedHost.Tests.Embedded;

/// <summary>Reads beside writes, of which Orleans promises less: there, reads overtake a write that waits.</summary>
public sealed class Queueing : IAsyncLifetime
{
    private readonly EmbeddedTestHost _host = EmbeddedTestHost.Create(builder => builder.AddGrain<SubjectGrain>());

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Reads_that_overlap_without_end_keep_no_write_waiting_for_ever()
    {
        var grain = _host.Grains.GetGrain<ISubjectGrain>("queue");
        Task[] calls =
        [
            grain.ReadAsync("read-0"), grain.HoldAsync("write"), grain.ReadAsync("read-1"), grain.ReadAsync("read-2"),
        ];
        await _host.Probe.WhenAsync("queue/read-0-reached");

        // None of the later reads may end before the write has run.
        _host.Probe.Raise("queue/read-0");
        await _host.Probe.WhenAsync("queue/write-reached");

        foreach (var gate in new[] { "write", "read-1", "read-2" }) _host.Probe.Raise($"queue/{gate}");
        await Task.WhenAll(calls).InTimeAsync();
    }

    [Fact]
    public async Task Reads_and_writes_start_in_the_order_in_which_they_came_and_a_write_runs_beside_no_read()
    {
        var grain = _host.Grains.GetGrain<ISubjectGrain>("queue");
        Task[] calls =
        [
            grain.ReadAsync("read-1"), grain.ReadAsync("read-2"), grain.HoldAsync("write-1"), grain.ReadAsync("read-3"),
            grain.ReadAsync("read-4"), grain.HoldAsync("write-2"), grain.ReadAsync("read-5"),
        ];

        await RunsAsync("read-1", "read-2");
        await RunsAsync("write-1");
        await RunsAsync("read-3", "read-4");
        await RunsAsync("write-2");
        await RunsAsync("read-5");
        await Task.WhenAll(calls).InTimeAsync();

        async Task RunsAsync(params string[] together)
        {
            foreach (var gate in together) await _host.Probe.WhenAsync($"queue/{gate}-reached");
            string[] all = ["read-1", "read-2", "write-1", "read-3", "read-4", "write-2", "read-5"];
            foreach (var gate in together)
            {
                // All of them have come, and those behind stay behind until the last of these has ended.
                await grain.PeekAsync();
                Assert.All(
                    all[(Array.IndexOf(all, together[^1]) + 1)..],
                    later => Assert.False(_host.Probe.IsRaised($"queue/{later}-reached"), later));
                _host.Probe.Raise($"queue/{gate}");
            }
        }
    }
}
