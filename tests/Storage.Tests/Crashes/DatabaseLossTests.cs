using System.Collections.Concurrent;
using Sluice.CrashWriter;
using Sluice.Grains.Interfaces;
using Sluice.Storage.Postgres;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Crashes;

/// <summary>The server itself is killed, under writes and reads, and comes back some time later.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class DatabaseLossTests : IDisposable
{
    private const int Writers = 8;

    private readonly PostgresCluster _cluster = new(isDurable: true);
    private readonly string _database;

    public DatabaseLossTests() => _database = _cluster.TakeDatabase();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_that_was_acknowledged_is_lost_and_the_store_is_back_by_itself(bool isShared)
    {
        const int Kills = 3;
        using var store = Open(isShared);
        using var stop = new CancellationTokenSource();
        var acknowledged = new ConcurrentDictionary<int, int>();
        var failures = new ConcurrentQueue<Exception>();
        var writing = Enumerable.Range(0, Writers)
            .Select(writer => Task.Run(() => WriteAsync(store, writer, acknowledged, failures, stop.Token))).ToArray();
        for (var kill = 0; kill < Kills; kill++)
        {
            await HasWrittenMoreAsync(acknowledged);
            _cluster.Kill();
            _cluster.Start();
        }

        await HasWrittenMoreAsync(acknowledged);
        await stop.CancelAsync();
        await Task.WhenAll(writing);

        Assert.All(failures, failure => Assert.Equal(
            StoreFailure.Unavailable, Assert.IsType<StoreException>(failure).Reason));
        foreach (var (writer, count) in acknowledged)
        {
            Assert.InRange(await CounterProcess.ReadCountAsync(store, writer), count, count + 1);
        }

        // Numbers are those of rows, whatever was tried again: every commit took one.
        var counted = await Task.WhenAll(acknowledged.Keys.Select(writer => CounterProcess.ReadCountAsync(store, writer)));
        Assert.Equal(counted.Sum(), await store.ReadNewestChangeAsync("default"));
    }

    [Fact]
    public async Task Reads_and_writes_fail_as_not_to_be_had_while_it_is_away()
    {
        using var store = Open(isShared: true);
        var state = new TestGrainState<CounterState>();
        await store.WriteStateAsync("job", JobId(0), state);
        _cluster.Kill();

        var read = await Assert.ThrowsAsync<StoreException>(() => store.ReadStateAsync("job", JobId(0), state));
        var list = await Assert.ThrowsAsync<StoreException>(
            async () => await store.ReadNewestChangeAsync("default"));
        var write = await Assert.ThrowsAsync<StoreException>(() => store.WriteStateAsync("job", JobId(0), state));

        Assert.All([read, list, write], failure => Assert.Equal(StoreFailure.Unavailable, failure.Reason));
        _cluster.Start();
        await store.ReadStateAsync("job", JobId(0), state);
        await Eventually.IsTrueAsync(
            async () => await Record.ExceptionAsync(() => store.WriteStateAsync("job", JobId(0), state)) is null,
            "writes go on");
        Assert.Single(await store.ReadInOrderAsync("default", 0, 10));
    }

    [Fact]
    public async Task A_process_that_lost_the_database_to_another_writes_no_more_and_says_so()
    {
        using var store = Open(isShared: false);
        var state = new TestGrainState<CounterState>();
        await store.WriteStateAsync("job", JobId(0), state);

        // The other waits for the lock while the first one's connection is cut.
        var opening = Task.Run(() => Open(isShared: false));
        await Eventually.IsTrueAsync(
            () => _cluster.Read<long>(_database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                == 1,
            "the other waits");
        _cluster.Execute(_database, """
            SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
            """);
        using var other = await opening;
        var others = new TestGrainState<CounterState>();
        await other.ReadStateAsync("job", JobId(0), others);
        await other.WriteStateAsync("job", JobId(0), others);

        var refused = await Assert.ThrowsAsync<StoreException>(() => store.WriteStateAsync("job", JobId(1), new
            TestGrainState<CounterState>()));

        Assert.Equal(StoreFailure.Replaced, refused.Reason);
        await store.Replaced;
        Assert.Equal(1, await other.ReadNewestChangeAsync("default") - 1);
    }

    [Fact]
    public async Task A_lock_that_was_lost_is_taken_again_while_nobody_writes()
    {
        using var store = Open(isShared: false);
        const string Holders = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted";
        var holder = _cluster.Read<int>(_database, "SELECT min(pid) FROM pg_locks WHERE locktype = 'advisory'");

        _cluster.Execute(_database, $"SELECT pg_terminate_backend({holder})");

        await Eventually.IsTrueAsync(
            () => _cluster.Read<long>(_database, $"{Holders} AND pid <> {holder}") == 1, "it is taken again");
        await store.WriteStateAsync("job", JobId(0), new TestGrainState<CounterState>());
    }

    public void Dispose() => _cluster.Dispose();

    private static GrainId JobId(int writer) => GrainId.Create("job", GrainKeys.Job("default", $"writer-{writer}"));

    /// <summary>As a grain does: after a failure it reads what is stored.</summary>
    private static async Task WriteAsync(
        SluiceStore store, int writer, ConcurrentDictionary<int, int> acknowledged, ConcurrentQueue<Exception> failures,
        CancellationToken stop)
    {
        var state = new TestGrainState<CounterState>();
        var isKnown = true;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!isKnown)
                {
                    await store.ReadStateAsync("job", JobId(writer), state);
                    isKnown = true;
                }

                state.State.Count++;
                await store.WriteStateAsync("job", JobId(writer), state);
                acknowledged[writer] = state.State.Count;
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
                isKnown = false;
            }
        }
    }

    private static async Task HasWrittenMoreAsync(ConcurrentDictionary<int, int> acknowledged)
    {
        var before = Enumerable.Range(0, Writers).ToDictionary(writer => writer, acknowledged.GetValueOrDefault);
        await Eventually.IsTrueAsync(
            () => before.All(writer => acknowledged.GetValueOrDefault(writer.Key) > writer.Value + 20),
            "each writer writes");
    }

    private SluiceStore Open(bool isShared) => SluiceStore.OpenPostgres(
        new() { Json = new() { TypeInfoResolver = CounterJson.Default } },
        new PostgresOptions { Url = _cluster.Url(_database), IsShared = isShared });
}
