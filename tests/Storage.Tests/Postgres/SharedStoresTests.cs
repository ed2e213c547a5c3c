using System.Collections.Concurrent;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Postgres;

/// <summary>Two processes of a cluster, each with a store of its own on the same database.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class SharedStoresTests : IDisposable
{
    private readonly PostgresDatabase _database = new();
    private readonly SluiceStore _one;
    private readonly SluiceStore _other;

    public SharedStoresTests()
    {
        _one = Open();
        _other = Open();
    }

    private SluiceStore[] Both => [_one, _other];

    [Fact]
    public async Task Of_two_that_have_read_the_same_only_one_writes()
    {
        await PutAsync(_one, "a");
        var (mine, others) = (await ReadAsync(_one, "a"), await ReadAsync(_other, "a"));

        await _other.WriteStateAsync("job", JobId("a"), others);

        await Assert.ThrowsAsync<InconsistentStateException>(() => _one.WriteStateAsync("job", JobId("a"), mine));
        Assert.Equal(others.ETag, (await ReadAsync(_one, "a")).ETag);
    }

    [Fact]
    public async Task Of_two_that_add_the_same_at_once_one_is_told_of_a_conflict()
    {
        for (var round = 0; round < 20; round++)
        {
            var name = $"job-{round}";
            var told = await Task.WhenAll(
                Both.Select(store => Record.ExceptionAsync(() => PutAsync(store, name))));

            var conflict = Assert.Single(told, exception => exception is not null);
            Assert.IsType<InconsistentStateException>(conflict);
        }
    }

    [Fact]
    public async Task Of_two_that_add_the_same_owner_at_once_one_is_told_of_a_conflict()
    {
        for (var round = 0; round < 20; round++)
        {
            var batch = new RowBatch { Owner = $"queue/{round}", ExpectedETag = null };
            var told = await Task.WhenAll(Both.Select(store => Record.ExceptionAsync(() => store.CommitAsync(batch))));

            var conflict = Assert.Single(told, exception => exception is not null);
            Assert.IsType<InconsistentStateException>(conflict);
        }
    }

    [Fact]
    public async Task A_list_after_an_answered_write_of_another_process_has_it()
    {
        for (var round = 1; round <= 30; round++)
        {
            var (writer, reader) = round % 2 == 0 ? (_one, _other) : (_other, _one);
            await PutAsync(writer, $"job-{round}");

            // As the follower of a domain reads.
            var newest = await reader.ReadNewestChangeAsync("default");
            var rows = (await reader.ReadChangesAsync("default", newest - 1, 100))!.Value;
            Assert.Equal(round, newest);
            Assert.Equal($"job/default/job-{round}", Assert.Single(rows).Key);
        }
    }

    [Fact]
    public async Task Who_reads_changes_alone_and_reads_on_gets_those_of_another_process()
    {
        await PutAsync(_one, "mine");
        await PutAsync(_other, "others");

        // It may hear of the other's commit only after the first read.
        var first = (await _one.ReadChangesAsync("default", 0, 1))!.Value;
        var second = (await _one.ReadChangesAsync("default", 1, 100))!.Value;

        Assert.Equal("job/default/mine", Assert.Single(first).Key);
        Assert.Equal("job/default/others", Assert.Single(second).Key);
    }

    [Fact]
    public async Task Who_waits_for_a_change_hears_of_another_process()
    {
        // Time stands still in the store that waits: its second never passes.
        using var waiting = Open(new FakeTimeProvider());
        var change = waiting.WaitForChangeAsync("default", 0);
        var writes = 0;

        // Until it has begun to listen.
        await Eventually.IsTrueAsync(
            async () =>
            {
                await PutAsync(_one, $"job-{++writes}");
                return change.IsCompleted;
            },
            "the wait ends with another's commit");
        await change;
    }

    [Fact]
    public async Task A_process_that_wants_the_database_for_itself_is_refused_while_others_share_it()
    {
        var refused = Assert.Throws<StoreException>(
            () => SluiceStore.OpenPostgres(new() { Json = TestJson.NewOptions() }, _database.Options()));

        Assert.Equal(StoreFailure.Locked, refused.Reason);
        await PutAsync(_one, "a");
    }

    [Fact]
    public async Task Numbers_are_in_the_order_of_commits_and_a_follower_sees_no_gap()
    {
        const int Writes = 150;
        using var source = new CancellationTokenSource();
        var followers = Both.Select(store => FollowAsync(store, source.Token)).ToArray();

        await Task.WhenAll(Both.SelectMany((store, place) => Enumerable.Range(0, 4).Select(async writer =>
        {
            var state = new TestGrainState<TestJob>();
            for (var write = 0; write < Writes; write++)
            {
                await store.WriteStateAsync("job", JobId($"{place}-{writer}"), state);
            }
        })));
        await source.CancelAsync();

        var newest = await _one.ReadNewestChangeAsync("default");
        Assert.Equal(8 * Writes, newest);
        foreach (var follower in followers)
        {
            Assert.Empty(await follower);
        }
    }

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
        _database.Dispose();
    }

    private static GrainId JobId(string name) => GrainId.Create("job", GrainKeys.Job("default", name));

    private static Task PutAsync(SluiceStore store, string name) =>
        store.WriteStateAsync("job", JobId(name), new TestGrainState<TestJob>());

    private static async Task<TestGrainState<TestJob>> ReadAsync(SluiceStore store, string name)
    {
        var state = new TestGrainState<TestJob>();
        await store.ReadStateAsync("job", JobId(name), state);
        return state;
    }

    /// <summary>
    /// Every row that is up to the newest number must be in the answer, unless it has changed again since.
    /// </summary>
    private static async Task<IReadOnlyCollection<string>> FollowAsync(SluiceStore store, CancellationToken stop)
    {
        var problems = new ConcurrentQueue<string>();
        var (followed, position) = (new Dictionary<string, long>(), 0L);
        while (!stop.IsCancellationRequested)
        {
            var newest = await store.ReadNewestChangeAsync("default", CancellationToken.None);
            var rows = (await store.ReadChangesAsync("default", position, 10_000, CancellationToken.None))!.Value;
            foreach (var row in rows)
            {
                followed[row.Key] = row.Change;
                position = row.Change;
            }

            if (position < newest)
            {
                problems.Enqueue($"{newest} was announced, and {position} is the last that was read");
            }

            // A number that no row has any more was overwritten: its row has a later one.
            if (followed.Values.Distinct().Count() != followed.Count)
            {
                problems.Enqueue("two rows have the same number");
            }
        }

        return problems;
    }

    private SluiceStore Open(TimeProvider? time = null) =>
        SluiceStore.OpenPostgres(new() { Json = TestJson.NewOptions() }, _database.Options(isShared: true), time);
}
