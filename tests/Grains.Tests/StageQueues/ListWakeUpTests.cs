using System.Diagnostics.Metrics;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.StageQueues;
using Sluice.Simulation.Store;
using Sluice.Testing;

namespace Sluice.Grains.Tests.StageQueues;

/// <summary>What time does to lists, without anyone asking.</summary>
public sealed class ListWakeUpTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedRows _store;

    public ListWakeUpTests() => _store = new(new ModelStore(GrainsJsonContext.Default.Options, _time));

    [Fact]
    public async Task A_list_that_is_not_in_memory_is_woken_when_a_job_is_over_its_time()
    {
        await using (var first = await StartAsync())
        {
            await first.List.InitializeAsync(new([0, 10]));
            await first.AddAsync(2);
            await first.List.HandOutAsync(new() { Stage = 0, Next = 1, OperationId = "a", LeaseSeconds = 60 });
            await first.List.HandOutAsync(new() { Stage = 0, Next = 1, OperationId = "b" });
        }

        await using var second = await StartAsync();
        using var stop = new CancellationTokenSource();
        var loop = second.DueRows.RunAsync(stop.Token);
        await AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Equal(1, (await second.StoredAsync()).Find(0)!.Stage);

        await AdvanceAsync(TimeSpan.FromSeconds(1));
        await Eventually.IsTrueAsync(
            async () => (await second.StoredAsync()).Find(0)!.FailedAttempts == 1, "the lease is taken back");
        Assert.Equal(_time.GetUtcNow().AddMinutes(9), (await second.StoredAsync()).NextDue);

        await AdvanceAsync(TimeSpan.FromMinutes(9));
        await Eventually.IsTrueAsync(
            async () => (await second.StoredAsync()).Flagged.Contains(1), "the lifetime is found to be over");
        await stop.CancelAsync();
        await loop;
        Assert.Empty(await _store.ReadDueAsync(_time.GetUtcNow(), 10));
    }

    [Fact]
    public async Task Each_commit_says_when_the_list_must_be_woken_next()
    {
        await using var process = await StartAsync();
        await process.List.InitializeAsync(new([2, 1]));
        Assert.Null(_store.Committed[^1].DueAt);
        await process.AddAsync(1);
        Assert.Equal(_time.GetUtcNow().AddMinutes(2), _store.Committed[^1].DueAt);
        await process.List.HandOutAsync(new() { Stage = 0, Next = 1, OperationId = "a" });
        Assert.Equal(_time.GetUtcNow().AddMinutes(1), _store.Committed[^1].DueAt);
        await process.List.SetLifetimeAsync(new(1, 3));
        Assert.Equal(_time.GetUtcNow().AddMinutes(3), _store.Committed[^1].DueAt);
        await process.List.SetLifetimeAsync(new(1, 0));
        Assert.Null(_store.Committed[^1].DueAt);
    }

    [Fact]
    public async Task Reads_find_what_is_over_by_now_even_before_the_wake_up()
    {
        await using var process = await StartAsync();
        await process.List.InitializeAsync(new([1]));
        await process.AddAsync(3);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(3, (await process.List.GetProgressAsync()).FlaggedCount);
        Assert.Equal(3, (await process.List.ReadJobsAsync(new() { Max = 9, IsFlagged = true })).Jobs.Length);
        Assert.Equal(new StageCheck(Flagged: 3, Moved: 0), await process.List.CheckAsync());
        Assert.Equal(new StageCheck(Flagged: 3, Moved: 3), await process.List.RedoAsync(new(0, 0, "redo")));
        Assert.Equal(new StageCheck(Flagged: 0, Moved: 0), await process.List.CheckAsync());
    }

    [Fact]
    public async Task Of_many_jobs_that_are_over_at_once_a_commit_takes_some_and_the_rest_follows_by_itself()
    {
        await using var process = await StartAsync(options => options.MaxSwept = 10);
        await process.List.InitializeAsync(new([1]));
        await process.AddAsync(35);
        _time.Advance(TimeSpan.FromMinutes(1));

        await process.List.WakeAsync();

        await Eventually.IsTrueAsync(
            async () => (await process.StoredAsync()).Flagged.Count == 35, "all are flagged, with nobody asking");
        Assert.Equal([10, 10, 10, 5], _store.Committed.Skip(2).Select(batch => batch.Upserts.Length));
    }

    [Fact]
    public async Task What_happens_to_jobs_is_counted_once_it_is_committed()
    {
        await using var process = await StartAsync();
        var counted = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == StageQueueInstruments.MeterName && instrument.Meter.Scope == process.Meters)
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
        {
            var name = instrument.Name.Split('.')[^1] + (tags.Length > 0 ? $" {tags[0].Value}" : "");
            lock (counted)
            {
                counted[name] = counted.GetValueOrDefault(name) + count;
            }
        });
        listener.Start();
        await process.List.InitializeAsync(new([0, 1, 0]));
        await process.AddAsync(4);
        foreach (var (operation, lease) in new[] { ("a", (double?)30), ("b", null), ("c", null), ("c", null) })
        {
            await process.List.HandOutAsync(new() { Stage = 0, Next = 1, OperationId = operation, LeaseSeconds = lease });
        }

        await process.List.MoveAsync(new() { JobId = 1, Stage = 2, OperationId = "m", Caller = "here" });
        _time.Advance(TimeSpan.FromMinutes(1));
        await process.List.RedoAsync(new(1, 0, "redo"));

        lock (counted)
        {
            Assert.Equal(
                "flagged 1, hand_outs 3, moves 1, taken_back over 1, taken_back redo 1",
                string.Join(", ", counted.Select(entry => $"{entry.Key} {entry.Value}")));
        }
    }

    private Task<ListProcess> StartAsync(Action<StageQueueOptions>? configure = null) =>
        ListProcess.StartAsync(_store, _time, configure);

    /// <summary>The loop waits for a tick, and is in the next wait when it has done what was due.</summary>
    private async Task AdvanceAsync(TimeSpan span)
    {
        await Eventually.IsTrueAsync(() => _time.PendingTimerCount > 0, "the loop waits");
        _time.Advance(span);
    }
}
